/** `import.meta` of a module, and where a specifier in one of its versions leads. */
import path from 'node:path'
import type { ModuleName } from '../../protocol/ids'
import type { CodeServer } from './codeServer'
import { codedError } from './draftFailed'
import { fileUrl } from './evaluate'
import type { Unit } from '../link'
import type { MainPort } from '../mainPort'
import type { VersionRecord } from './version'

export function metaOf(unit: Unit, port: MainPort): object {
  const resolve = (specifier: string): string => {
    const text = String(specifier)
    const { link } = port.askNow('resolve', { specifier: text, importer: unit.file, kind: 'import', deleted: [] })
    // Of a path it is not asked whether there is such a file.
    if (link.kind === 'failed' && /^(?:\.{0,2}\/|file:)/.test(text)) return new URL(text, fileUrl(unit.file)).href
    if (link.kind === 'failed') throw codedError(link.code, link.message)
    const target = link.kind === 'module' ? (fileOfLink(link.module) ?? link.module) : link.target
    return path.isAbsolute(target) ? fileUrl(target) : target
  }
  const fileOfLink = (module: string): string | undefined => port.askNow('fileOf', { module })
  return Object.assign(Object.create(null), { dirname: path.dirname(unit.file), filename: unit.file, resolve, url: fileUrl(unit.file) })
}

/** The module that a specifier in this version leads to. */
export function moduleBehind(server: CodeServer, port: MainPort, specifier: string, importer: VersionRecord): ModuleName | undefined {
  const record = server.table.get(importer.module)
  const unit = [record?.drafting?.instance, record?.current, record?.old].find((instance) => instance?.record === importer)?.unit
  if (unit === undefined) return undefined
  const index = unit.rewritten.imports.findIndex((one) => one.specifier === specifier)
  const link = unit.links[index] ?? unit.dynamic[specifier] ?? port.askNow('resolve', { specifier, importer: unit.file, kind: 'import', deleted: server.deleted() }).link
  return link.kind === 'module' ? link.module : undefined
}
