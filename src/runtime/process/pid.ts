/**
 * What a process and a reference are called from outside. Both are values: they say which one, never what it does.
 * Both print as Erlang prints them (`<0.40.0>`, `#Ref<0.0.0.56>`), in text, in `util.inspect` and in JSON.
 */
const inspect = Symbol.for('nodejs.util.inspect.custom')

/** Asked when somebody first wants the `AbortSignal` of a pid: whether the process has already ended. */
export type SignalSource = (pid: Pid) => AbortSignal

/** One process, alive or not. Equal pids are the same object, unless the shell was asked for that of a process which has ended. */
export class Pid {
  readonly id: number
  readonly #signals: SignalSource

  /** Only a process table makes pids. `signals` gives the abort signal when somebody first asks for it. */
  constructor(id: number, signals: SignalSource) {
    this.id = id
    this.#signals = signals
  }

  /** Aborted when the process has ended, however it ended; `reason` of the signal is the exit reason. */
  get signal(): AbortSignal {
    return this.#signals(this)
  }

  toString(): string {
    return `<0.${this.id}.0>`
  }

  toJSON(): string {
    return this.toString()
  }

  [inspect](): string {
    return this.toString()
  }
}

/** A reference: unlike every other one of this runtime (monitors, timers, `makeRef()`). */
export class Ref {
  readonly id: number

  constructor(id: number) {
    this.id = id
  }

  toString(): string {
    return `#Ref<0.0.0.${this.id}>`
  }

  toJSON(): string {
    return this.toString()
  }

  [inspect](): string {
    return this.toString()
  }
}
