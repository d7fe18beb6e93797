/** Runs a text as Node does and as rewritten, and compares what both let see. */
import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import vm from 'node:vm'
import { isFunction, loadModule, loadScript, Machine, type Exports } from './harness'

/** Imported as `dep` by cases. */
const DEPENDENCY = `
export const value = 42
export function add(a, b) { return a + b }
export function self() { return this }
export const object = { x: 1, method() { return this === object } }
export const tag = (strings, ...values) => strings.raw.join('|') + values.join(',')
export async function later(value) { return value }
export async function fail(message) { throw new Error(message) }
export async function* count(n) { for (let i = 0; i < n; i++) yield i }
export class Base { constructor(x) { this.x = x } hello() { return 'hello ' + this.x } static make() { return new this(7) } }
export const nothing = undefined
export { value as 'a string', add as if }
export default function named() { return 'default' }
`

const dataUrl = (code: string): string => `data:text/javascript,${encodeURIComponent(code).replaceAll("'", '%27')}`

/** What a module shows: its log once `done` has settled, its exports, or what it threw. */
async function seen(load: () => Promise<Exports>): Promise<string> {
  try {
    const exports = await load()
    const done = await Promise.resolve(exports['done']).catch((error: unknown) => `rejected ${kindOf(error)}`)
    const shown = Object.keys(exports).sort().map((name) => `${name}: ${describe_(exports[name])}`)
    return inspect({ shown, done, log: exports['log'] }, { depth: 6, maxArrayLength: null, breakLength: 80 })
  } catch (error) {
    return `threw ${kindOf(error)}`
  }
}

function kindOf(error: unknown): string {
  if (error instanceof assert.AssertionError || (error instanceof Error && error.cause !== undefined)) throw error
  return error instanceof Error ? error.constructor.name : inspect(error)
}

function describe_(value: unknown): string {
  if (isFunction(value)) return `${Object.prototype.toString.call(value)} ${value.name} ${value.length}`
  return value instanceof Promise || Array.isArray(value) ? value.constructor.name : inspect(value)
}

let imported = 0

async function native(code: string, fresh: boolean): Promise<Exports> {
  const url = dataUrl(fresh ? `${code}\n//${++imported}` : code)
  const namespace: Exports = await import(url)
  return namespace
}

/** `code` imports from `dep`, logs into `export const log = []`, and may export a promise `done`. */
export async function sameModule(code: string): Promise<void> {
  const dependency = dataUrl(DEPENDENCY)
  const source = code.replaceAll("'dep'", `'${dependency}'`)
  const expected = await seen(() => native(source, true))
  let machine: Machine | undefined
  const actual = await seen(async () => {
    const namespace = await native(DEPENDENCY, false)
    const table = { calls: namespace, values: namespace, namespace }
    machine = new Machine([table, table, table], (specifier) => import(String(specifier)))
    return (await loadModule(source, [], machine)).exports
  })
  assert.equal(actual, expected)
  assert(!expected.includes('SyntaxError'), `the case itself is wrong: ${expected}`)
  if (machine && !code.includes('leaves frames')) assert.deepEqual([...machine.left].sort(), [...machine.entered].sort(), 'frames entered and left')
}

/** `code` sets `exports.log`. */
export function sameScript(code: string): void {
  const expected = seenScript(() => {
    const module: { exports: unknown } = { exports: {} }
    const run = vm.compileFunction(code, ['exports', 'require', 'module', '__filename', '__dirname'])
    run.call(module.exports, module.exports, (name: string) => name, module, 'test.js', '.')
    return module.exports
  })
  assert.equal(seenScript(() => loadScript(code, (name) => name).module.exports), expected)
}

function seenScript(load: () => unknown): string {
  try {
    return inspect(load(), { depth: 6 })
  } catch (error) {
    return `threw ${kindOf(error)}`
  }
}

/** One test per entry: title, code. */
export function modules(cases: readonly (readonly [string, string])[]): void {
  for (const [title, code] of cases) it(title, () => sameModule(code.includes('const log') ? code : `export const log = []\n${code}`))
}

export function scripts(cases: readonly (readonly [string, string])[]): void {
  for (const [title, code] of cases) it(title, () => sameScript(code))
}
