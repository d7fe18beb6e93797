import assert from 'node:assert/strict'
import { rewrite } from '../../../src/compile/rewrite/rewrite'
import { Captures, wantedBy } from '../../../src/control/captures'
import { moduleName, version } from '../../../src/protocol/ids'
import type { ModuleName } from '../../../src/protocol/ids'
import type { Link, PictureModule, Unit } from '../../../src/runtime/link'

const link = (specifier: string): Link => ({ kind: 'module', module: moduleName(specifier.slice(2)) })

function unit(name: string, text: string): Unit {
  const outcome = rewrite(text, { format: 'esm', file: `/p/${name}.js` })
  assert.ok(outcome.ok)
  const rewritten = outcome.value
  return { module: moduleName(name), file: `/p/${name}.js`, hash: text, size: text.length, rewritten, map: undefined, strict: true, links: rewritten.imports.map(({ specifier }) => link(specifier)), dynamic: {}, inlineMap: undefined }
}

/** All loaded, each in the text given last. */
function world(texts: Readonly<Record<string, string>>): { captures: Captures; loaded: Map<ModuleName, PictureModule> } {
  const captures = new Captures()
  const modules = Object.entries(texts).map(([name, text]) => {
    captures.add(unit(name, text))
    const current: PictureModule['current'] = { version: version(1), hash: text, size: 0, loadedAt: 0, origin: 'start', processes: 0 }
    return { name: moduleName(name), file: `/p/${name}.js`, sticky: false, current, old: undefined }
  })
  return { captures, loaded: new Map(modules.map((module) => [module.name, module])) }
}

const reached = (texts: Readonly<Record<string, string>>, ...reload: string[]): string[] => {
  const { captures, loaded } = world(texts)
  return captures.reachable(reload.map((name): ModuleName => moduleName(name)), loaded).map(({ importer, from, name }) => `${importer} takes ${name} of ${from}`).sort()
}

describe('who captured a value', () => {
  it('is found through any number of modules', () => {
    const texts = { a: 'export const x = {}', b: 'import { x } from "./a"; export const y = x', c: 'import { y } from "./b"; f(y)', d: 'import { x } from "./a"; export const z = () => x' }
    assert.deepEqual(reached(texts, 'a'), ['b takes x of a', 'c takes y of b'])
    assert.deepEqual(reached(texts, 'b'), ['c takes y of b'])
    assert.deepEqual(reached(texts, 'd'), [])
  })

  it('is asked where a value comes from, not who passed it on', () => {
    const texts = { a: 'export const x = {}; export default 1', star: 'export * from "./a"; export const own = {}', named: 'export { x as y, default } from "./star"', all: 'import * as ns from "./named"; f(ns)', one: 'import { y } from "./named"; f(y)', other: 'import { own } from "./star"; f(own)' }
    assert.deepEqual(reached(texts, 'a'), ['all takes x of a', 'one takes x of a'])
    assert.deepEqual(reached(texts, 'star').filter((line) => line.startsWith('o')), ['other takes own of star'])
    assert.deepEqual(reached(texts, 'named'), ['all takes * of named'])
  })

  it('ends in cycles of imports and of re-exports', () => {
    assert.deepEqual(reached({ a: 'import { y } from "./b"; export const x = y', b: 'import { x } from "./a"; export const y = x' }, 'a'), ['b takes x of a'])
    assert.deepEqual(reached({ a: 'export * from "./b"', b: 'export * from "./a"', c: 'import { z } from "./a"; f(z)' }, 'a'), ['c takes z of a'])
  })

  it('is not taken for stale by a literal that stays the same', () => {
    const captures = new Captures()
    for (const text of ['export const a = 1, b = 2', 'export const a = 1, b = 3']) captures.add(unit('m', text))
    const same = (name: string): boolean => captures.isSameLiteral(moduleName('m'), name, 'export const a = 1, b = 2', 'export const a = 1, b = 3')
    assert.deepEqual([same('a'), same('b'), same('c')], [true, false, false])
  })

  it('leads to one question per module', () => {
    const { captures, loaded } = world({ a: 'export const x = {}, y = {}', b: 'import { x, y } from "./a"; f(x, y)', c: 'import { x } from "./a"; f(x)' })
    assert.deepEqual(wantedBy(captures.reachable([moduleName('a')], loaded)), [{ module: 'a', names: ['x', 'y'] }])
  })
})
