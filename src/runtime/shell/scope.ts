/**
 * Which name means what in a line: a variable of the shell, then a command, then JavaScript's own names, then a module.
 * A name that is a command and a module (`m`) is both: called it is the command, for its properties and as an argument the module.
 */
import { builtinModules } from 'node:module'
import { answer } from './completions'

export type Command = (...args: readonly never[]) => unknown

export interface Bindings {
  has(name: string): boolean
  get(name: string): unknown
  set(name: string, value: unknown): void
  /** Assignment to it throws from now on, until it is declared again. */
  freeze(name: string): void
  thaw(name: string): void
  names(): readonly string[]
  forget(name?: string): void
}

export function createBindings(): Bindings {
  const values = new Map<string, unknown>()
  const constants = new Set<string>()
  return {
    has: (name) => values.has(name),
    get: (name) => values.get(name),
    set(name, value) {
      if (constants.has(name)) throw new TypeError('Assignment to constant variable.')
      values.set(name, value)
    },
    freeze: (name) => void constants.add(name),
    thaw: (name) => void constants.delete(name),
    names: () => [...values.keys()],
    forget(name) {
      if (name === undefined) values.clear()
      else values.delete(name)
      if (name === undefined) constants.clear()
      else constants.delete(name)
    },
  }
}

const namespaceOf = new WeakMap<object, object>()

/** The module a shell value stands for: itself, unless it is also a command. */
export const unwrapModule = (value: unknown): unknown => (value instanceof Object ? (namespaceOf.get(value) ?? value) : value)

const isCommand = (value: unknown): value is Command => typeof value === 'function'

function commandAndModule(command: Command, namespace: object): Command {
  const both = new Proxy(command, {
    get: (target, key) => Reflect.get(key in namespace ? namespace : target, key),
    has: (target, key) => key in namespace || key in target,
  })
  namespaceOf.set(both, namespace)
  return both
}

export interface LineScope {
  readonly bindings: Bindings
  /** Functions, and what goes with them (classes and constants of the process API). */
  readonly commands: ReadonlyMap<string, unknown>
  /** Modules this line mentions, by the name it uses. */
  readonly modules: ReadonlyMap<string, object>
  /** Declared or assigned in this line. */
  readonly declares: ReadonlySet<string>
  readonly assigns: ReadonlySet<string>
}

/** For `with`: claims only names it knows, so that everything else (`typeof x`, globals) behaves as usual. */
export function scopeOf({ bindings, commands, modules, declares, assigns }: LineScope): object {
  const find = (name: string): (() => unknown) | undefined => {
    if (bindings.has(name)) return () => bindings.get(name)
    const command = commands.get(name)
    const module = modules.get(name)
    if (command !== undefined) return () => (module === undefined ? command : isCommand(command) ? commandAndModule(command, module) : module)
    if (name in globalThis) return undefined
    if (module !== undefined) return () => module
    return nodeName(name)
  }
  return new Proxy(Object.create(null), {
    has: (_, name) => typeof name === 'string' && name !== answer && (declares.has(name) || find(name) !== undefined || (assigns.has(name) && !(name in globalThis))),
    get(_, name) {
      if (typeof name !== 'string') return undefined
      const found = find(name)
      if (found === undefined && name in globalThis) return Reflect.get(globalThis, name)
      if (found === undefined) throw new ReferenceError(`${name} is not defined`)
      return found()
    },
    set(_, name, value) {
      if (typeof name === 'string') bindings.set(name, value)
      return true
    },
  })
}

/** Node's modules by name, as in Node's own shell. */
function nodeName(name: string): (() => unknown) | undefined {
  return builtinModules.includes(name) && !name.startsWith('_') ? () => process.getBuiltinModule(name) : undefined
}
