/**
 * Calls by name, and calls of what is not there: the module is loaded if it can be, its `$handleUndefinedFunction` is asked, and
 * else the caller gets `undef`. Source: lib/kernel/src/error_handler.erl, erlang:apply/3.
 */
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import type { ModuleName } from '../../protocol/ids'
import { UndefError } from '../errors'
import type { Found, Unit } from '../link'
import type { ModuleRecord, ModuleTable } from './moduleTable'
import { drive, drivePromise } from '../steps'
import type { Steps } from '../steps'

export interface ErrorHandlerDeps {
  readonly table: ModuleTable
  /** The module of this name, compiled, with whatever it needs. */
  find(name: string): Promise<Found>
  findNow(name: string): Found
  offer(units: readonly Unit[]): void
  autoload(name: ModuleName): Steps<ModuleRecord>
  /** Whoever runs now; only its identity matters. */
  current(): object
  /** Unwinds when the running process was ended. */
  throwIfEnded(): void
  /** OTP's embedded mode: nothing is loaded because somebody calls it. */
  readonly embedded: boolean
}

export class ErrorHandler {
  constructor(private readonly deps: ErrorHandlerDeps) {}

  /**
   * A qualified call by name (erlang:apply/3): loads the module if it must, waits for a first `onLoad`.
   * @throws UndefError (in its promise) when there is no such function, whatever it throws
   */
  async apply(module: string, name: string, args: readonly unknown[]): Promise<unknown> {
    await this.ensure(module)
    this.deps.throwIfEnded()
    return this.call(module, name, args)
  }

  /** The function a call by name would run; for a module that is not loaded one that loads it first. */
  exported(module: string, name: string): AnyFunction | undefined {
    const record = this.deps.table.find(module)
    const ready = record?.current !== undefined || (record?.drafting !== undefined && record.drafting.pending === undefined)
    if (record === undefined || !ready) return (...args) => this.apply(module, name, args)
    if (record.current !== undefined && !Object.hasOwn(record.current.exports, name)) return undefined
    const value = record.calls[name]
    return isFunction(value) ? value : undefined
  }

  /** What a call by name does when the loaded module has no such function: its `$handleUndefinedFunction`, or UndefError. */
  call(module: string, name: string, args: readonly unknown[]): unknown {
    const exports = this.deps.table.find(module)?.current?.exports ?? {}
    const own = Object.hasOwn(exports, name) ? exports[name]?.() : undefined
    if (isFunction(own)) return own(...args)
    const handle = exports.$handleUndefinedFunction?.()
    if (isFunction(handle)) return handle(name, args)
    throw new UndefError(module, name, args.length)
  }

  /** Calls through imports land here when current code has no such function; source: error_handler.erl. */
  undefinedFunction(module: ModuleName, name: string, args: readonly unknown[]): unknown {
    const waiting = this.ensureNow(module)
    return waiting === undefined ? this.call(module, name, args) : waiting.then(() => this.call(module, name, args))
  }

  /** Whether the caller has to wait for a first `onLoad` that somebody else runs; `mine`: it would wait for itself. */
  private pendingFor(record: ModuleRecord | undefined): Promise<void> | 'mine' | undefined {
    const drafting = record?.drafting
    if (drafting === undefined || record?.current !== undefined) return undefined
    return drafting.isRunBy(this.deps.current()) ? 'mine' : drafting.pending
  }

  /** Loads the module if it is not loaded. When it cannot be loaded, the call that follows says `undef`. */
  private async ensure(module: string): Promise<void> {
    const record = this.deps.table.find(module)
    const pending = this.pendingFor(record)
    if (pending !== undefined) return pending === 'mine' ? undefined : pending
    if (record?.current !== undefined || record?.drafting !== undefined || this.deps.embedded) return
    const found = await this.deps.find(record?.name ?? module).catch(notFound)
    if ('error' in found) return
    this.deps.offer(found.units)
    await drivePromise(this.deps.autoload(found.module)).catch(() => {})
  }

  /** The same for a caller that cannot wait: this thread stops while control compiles. Only what is async is waited for. */
  private ensureNow(module: ModuleName): Promise<void> | undefined {
    const record = this.deps.table.get(module)
    const pending = this.pendingFor(record)
    if (pending !== undefined) return pending === 'mine' ? undefined : pending
    if (record?.current !== undefined || record?.drafting !== undefined || this.deps.embedded) return undefined
    const found = attempt(() => this.deps.findNow(module))
    if ('error' in found) return undefined
    this.deps.offer(found.units)
    let loaded = false
    const done = new Promise<void>((resolve) => drive(this.deps.autoload(found.module), () => {
      loaded = true
      resolve()
    }))
    return loaded ? undefined : done
  }
}

/** It does not compile: for a caller the same as if it were not there; a load says why. */
const notFound = (error: unknown): Found => ({ error: String(error) })

function attempt(find: () => Found): Found {
  try {
    return find()
  } catch (error) {
    return notFound(error)
  }
}
