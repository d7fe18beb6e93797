/** What programs do to `require.cache`: take entries out to have a module evaluated again, or put objects of their own in. */
import Module from 'node:module'
import { newModule } from './commonjs'
import type { CommonjsModule } from './commonjs'
import type { Instance, ModuleRecord } from '../code/moduleTable'
import { entryInCache, loadByNode, showInCache } from './nodeLoader'
import type { Answer } from './nodeLoader'

/**
 * What is there instead of ours answers a `require`. What was taken out is evaluated again, by Node and from the file as it is
 * now: a copy beside ours, as in plain Node. The next save of the file puts its new version in the place of the copy.
 */
export function changedInCache(record: ModuleRecord | undefined, file: string | undefined, parent: CommonjsModule | undefined): Answer {
  if (file === undefined) return undefined
  const entry = entryInCache(file)
  const current = record?.current?.commonjs
  if (entry === undefined) return current === undefined || /\.[mc]?tsx?$/.test(file) ? undefined : { exports: loadByNode(file, parent) }
  const ours = [current, record?.drafting?.instance.commonjs, record?.old?.commonjs]
  if (ours.some((module) => module === entry)) return undefined
  // What Node loaded before it was a module of the program (a preload did) is loaded again, to be reloaded when it is saved.
  return entry instanceof Module && record?.current === undefined ? undefined : { exports: Reflect.get(Object(entry), 'exports') }
}

/** JSON is in `require.cache` once it was required. */
export function showJson(instance: Instance, parent: CommonjsModule | undefined): void {
  if (instance.commonjs !== undefined) return
  const module = newModule(instance.unit.file, parent, undefined)
  module.exports = instance.exports.default?.()
  module.loaded = true
  instance.commonjs = module
  showInCache(module)
}
