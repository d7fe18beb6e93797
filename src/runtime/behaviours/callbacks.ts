/**
 * Callbacks of a behaviour's module, looked up at each call: through the export table, so that the next message runs current
 * code, whatever was loaded meanwhile. A module is its name or its namespace (`import * as t from './t'`).
 */
import type { CodeLookup } from '../code/codeApi'
import { UndefError } from '../errors'

export type Module = string | object
export type Callback = (...args: readonly unknown[]) => unknown
export type Callbacks = ReturnType<typeof createCallbacks>

export function createCallbacks(lookup: CodeLookup) {
  function find(module: Module, name: string): Callback | undefined {
    const found: unknown = typeof module === 'string' ? lookup.exported(module, name) : Reflect.get(module, name)
    return isCallback(found) ? found : undefined
  }

  /** @throws UndefError when current code exports no such function; whatever it throws. */
  function call(module: Module, name: string, args: readonly unknown[]): unknown {
    const fn = find(module, name)
    if (fn === undefined) throw new UndefError(nameOf(module), name, args.length)
    return fn(...args)
  }

  /** For people; `(module)` when a namespace is none of the code server's. */
  function nameOf(module: Module): string {
    return typeof module === 'string' ? module : (lookup.nameOf?.(module) ?? NAMELESS)
  }

  /** The one may be called by its namespace or whole name and the other by the last part of it. */
  function areSame(one: Module, other: Module): boolean {
    const [a, b] = [nameOf(one), nameOf(other)]
    if (one === other || a === NAMELESS || b === NAMELESS) return one === other
    return a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`)
  }

  return { find, call, nameOf, areSame }
}

const NAMELESS = '(module)'

const isCallback = (value: unknown): value is Callback => typeof value === 'function'
