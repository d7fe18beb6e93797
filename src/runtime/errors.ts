/**
 * What the runtime throws. Erlang's reasons (`badarg`, `undef`, `badfun`, `noproc`) are error classes here, because a
 * JavaScript error carries its stack as Erlang's `{Reason, Stack}` does: a process that does not catch one ends with the
 * error object itself as its reason.
 */
import type { VersionRecord } from './code/version'

/** `badarg`: an argument the function cannot work with (a name nobody registered, a negative time). */
export class BadArgError extends Error {
  override readonly name = 'BadArgError'
  constructor(message: string) {
    super(`badarg: ${message}`)
  }
}

/** `noproc`: the process does not exist (any more). */
export class NoProcError extends Error {
  override readonly name = 'NoProcError'
  constructor(who: string) {
    super(`noproc: ${who}`)
  }
}

/** `undef`: current code of the module exports no such function, or there is no such module. */
export class UndefError extends Error {
  override readonly name = 'UndefError'
  constructor(readonly module: string, readonly function_: string, readonly arity: number) {
    super(`undef: ${module}.${function_}/${arity}`)
  }
}

/** `badfun`: the function (or generator) belongs to a version that was purged. */
export class BadFunError extends Error {
  override readonly name = 'BadFunError'
  readonly module: string
  readonly version: number
  constructor(version: Pick<VersionRecord, 'module' | 'version'>) {
    super(`bad function: ${version.module} v${version.version} was purged`)
    this.module = version.module
    this.version = version.version
  }
}

/** Thrown by `exit(reason)`; can be caught, as Erlang's `catch exit(Reason)`. Uncaught, the process ends with `reason`. */
export class ExitSignal extends Error {
  override readonly name = 'ExitSignal'
  constructor(readonly reason: unknown) {
    super(`exit: ${typeof reason === 'string' ? reason : 'the process ends with a reason'}`)
  }
}

/**
 * Unwinds the stack of a process that was ended while it was running. Not for programs: generated code lets it through
 * every `catch` and `finally`, and nobody outside the runtime can make one.
 */
export class KillSignal extends Error {
  override readonly name = 'KillSignal'
  /** @param why to be told to whoever catches it, who need not look for where it comes from */
  constructor(why?: string) {
    super(why ?? 'the running process was ended')
    if (why !== undefined) this.stack = `${this.name}: ${why}`
  }
}
