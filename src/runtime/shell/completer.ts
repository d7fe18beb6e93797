/** What could be meant by the beginning of a word: for Tab in a terminal. */
import { builtinModules } from 'node:module'
import type { ShellModules } from './modules'
import { unwrapModule, type Bindings } from './scope'

export interface CompleterDeps {
  readonly bindings: Bindings
  readonly commands: ReadonlyMap<string, unknown>
  readonly modules: Pick<ShellModules, 'names' | 'exportsOf'>
}

/** @returns whole words, sorted; with the quote when the word began with one; for an empty word the modules. */
export type Completer = (word: string) => Promise<readonly string[]>

export function createCompleter({ bindings, commands, modules }: CompleterDeps): Completer {
  const own = (): string[] => [...bindings.names(), ...[...commands.keys()].filter((name) => !name.startsWith('$'))]
  const nodes = builtinModules.filter((name) => /^[a-z]\w*$/.test(name))

  async function members(path: readonly string[]): Promise<readonly string[]> {
    const [first, ...rest] = path
    if (first === undefined) return []
    if (bindings.has(first)) return keysOf(follow(bindings.get(first), rest))
    if (rest.length === 0 && shortNames(await modules.names()).includes(first)) return modules.exportsOf(first)
    if (commands.has(first)) return keysOf(follow(commands.get(first), rest))
    const known: unknown = first in globalThis ? dataProperty(globalThis, first) : nodes.includes(first) ? process.getBuiltinModule(first) : undefined
    return keysOf(follow(known, rest))
  }

  return async (word) => {
    const quote = /^['"`]/.exec(word)?.[0]
    if (quote !== undefined) return startingWith(word, (await modules.names()).map((name) => quote + name))
    if (word === '') return startingWith(word, shortNames(await modules.names()))
    const dot = word.lastIndexOf('.')
    if (dot < 0) return startingWith(word, [...own(), ...shortNames(await modules.names()), ...nodes, ...Object.getOwnPropertyNames(globalThis)])
    const owner = word.slice(0, dot)
    const names = await members(owner.split('.'))
    return startingWith(word, names.filter((name) => identifier.test(name)).map((name) => `${owner}.${name}`))
  }
}

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

function follow(value: unknown, path: readonly string[]): unknown {
  return path.reduce((at, key) => dataProperty(unwrapModule(at), key), value)
}

/** Own or inherited; what a getter would answer is not asked for. */
function dataProperty(owner: unknown, key: string): unknown {
  for (let at: unknown = owner; isObject(at); at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, key)
    if (found !== undefined) return found.value
  }
  return undefined
}

function keysOf(value: unknown): string[] {
  const keys: string[] = []
  const start: unknown = unwrapModule(isObject(value) || value === undefined || value === null ? value : Object.getPrototypeOf(value))
  for (let at = start; isObject(at) && (at === start || at !== Object.prototype); at = Object.getPrototypeOf(at)) keys.push(...Object.getOwnPropertyNames(at))
  return keys
}

const isObject = (value: unknown): value is object => (typeof value === 'object' && value !== null) || typeof value === 'function'

const startingWith = (prefix: string, names: readonly string[]): string[] => [...new Set(names)].filter((name) => name.startsWith(prefix)).sort()

/** Last parts that are identifiers and belong to one module only. */
function shortNames(modules: readonly string[]): string[] {
  const short = modules.map((name) => name.slice(name.lastIndexOf('/') + 1))
  return short.filter((name) => identifier.test(name) && short.indexOf(name) === short.lastIndexOf(name))
}
