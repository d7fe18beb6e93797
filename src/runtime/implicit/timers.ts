/**
 * `setTimeout`, `setInterval` and `setImmediate` of the program. A callback belongs to the request or spawned process that
 * asked for it as long as that lives; else each call of it is a process: `setInterval 1000 ms poller.ts:12`.
 *
 * the timer was asked for by            when that process is killed   when its module is reloaded
 *   a request, a spawned process         cleared                       goes on
 *   a top level, or a timer of one       cleared                       cleared
 * A one-shot timer that an activation may be waiting for (its process lives) fires even after the reload.
 * A process that ends by itself leaves its timers as they are, as a function does in plain Node.
 */
import timers from 'node:timers'
import { isFunction, trusted } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import { ALIVE, ENDED } from '../process/process'
import type { Process } from '../process/process'
import { isActivity, runAs } from './context'
import type { ImplicitDeps } from './context'
import type { Held, Ledger } from './ledger'
import { own } from './owned'
import { Origin } from './place'
import type { PackageAdditions, TimersAtPlace } from './packageAdditions'
import { patch } from './patch'

const KINDS = ['setTimeout', 'setInterval', 'setImmediate'] as const
type Kind = typeof KINDS[number]

/** Timers that set each other, one in the call of the one before. */
interface Chain {
  /** What led to the first one. */
  readonly origin: Origin
  /** When a package set it for a top level. */
  at: TimersAtPlace | undefined
}

/** Of calls of timers. */
const chains = new WeakMap<Process, Chain>()

export function installTimers(deps: ImplicitDeps, packages: PackageAdditions): void {
  const { storage } = deps.processes.table
  for (const kind of KINDS) {
    patch(timers, kind, (native) => {
      const replacement: AnyFunction = function (this: unknown, ...args) {
        const process = storage.getStore()
        const [callback] = args
        if (process === undefined || !isFunction(callback)) return Reflect.apply(native, this, args)
        const timer = new HeldTimer(deps, kind, process, kind === 'setImmediate' ? undefined : args[1], replacement)
        timer.beginsFor(packages, replacement)
        const handle: unknown = Reflect.apply(native, this, [timer.calling(callback), ...args.slice(1)])
        return typeof handle === 'object' && handle !== null ? timer.started(handle) : handle
      }
      return replacement
    })
    Object.defineProperty(globalThis, kind, { ...Object.getOwnPropertyDescriptor(globalThis, kind), value: timers[kind], writable: true, configurable: true, enumerable: true })
  }
}

/** It does not hold the callback, which Node lets go of when the timer is cleared. */
class HeldTimer implements Held {
  readonly kind = 'timer'
  /** The timer, once it has been started. */
  target: object = this
  /** Known only for what a top level asked for: nobody else's timers are named. */
  readonly origin: Origin | undefined
  private readonly chain: Chain | undefined
  private name: string | undefined
  /** Whose it is: of the top level that asked for it, or of the version that took it over. */
  private ledger: Ledger | undefined

  constructor(private readonly deps: ImplicitDeps, private readonly timer: Kind, private readonly process: Process, private readonly ms: unknown, callee: AnyFunction) {
    this.ledger = process.ledger
    this.origin = process.ledger === undefined ? undefined : new Origin(deps.places, callee)
    this.chain = chains.get(process) ?? (this.origin === undefined ? undefined : { origin: this.origin, at: undefined })
  }

  /** It may be a package that sets it for a top level. */
  beginsFor(packages: PackageAdditions, callee: AnyFunction): void {
    const { process, ledger, chain } = this
    if (ledger?.processes.includes(process) === true && chain !== undefined) chain.at = packages.timer(ledger, this.timer, callee)
  }

  /** What the timer is given to call. */
  calling(callback: AnyFunction): AnyFunction {
    const fire = (self: unknown, args: readonly unknown[]): unknown => this.fire(callback, self, args)
    return function (this: unknown, ...args) { return fire(this, args) }
  }

  get label(): string {
    return (this.name ??= `${this.timer}${typeof this.ms === 'number' ? ` ${this.ms} ms` : ''}${this.origin?.text ?? ''}`)
  }

  /** A package may share what it opened among modules: only a module's own timers end with it. */
  private get ours(): boolean {
    return this.origin?.ours === true
  }

  get lasting(): boolean {
    return this.timer === 'setInterval' || this.process.mode !== ALIVE
  }

  started(handle: object): object {
    this.target = handle
    const { process, ledger } = this
    if (process.mode === ALIVE) own(this.deps.processes, process, this)
    if (process.mode === ENDED) this.stop()
    else if (ledger !== undefined && ledger.state !== 'released') ledger.add(this)
    else if (ledger !== undefined && this.timer === 'setInterval' && this.ours) this.stop()
    return handle
  }

  gone(): boolean {
    return Reflect.get(this.target, '_destroyed') === true
  }

  /** The module has a newer version. */
  release(): void {
    if (this.ours && (this.timer === 'setInterval' || this.process.mode !== ALIVE)) this.stop()
  }

  moved(to: Ledger): void {
    this.ledger = to
  }

  stop(): void {
    const handle: NodeJS.Timeout & NodeJS.Immediate = trusted(this.target, 'what the native function returned')
    if (this.timer === 'setImmediate') clearImmediate(handle)
    else clearTimeout(handle)
  }

  private fire(callback: AnyFunction, self: unknown, args: readonly unknown[]): unknown {
    const { process } = this
    if (isActivity(process)) return Reflect.apply(callback, self, args)
    if (process.mode === ENDED || this.isLeftOver()) return this.stop()
    const { deps, ledger, chain } = this
    const call = (): unknown => Reflect.apply(callback, self, args)
    const run = (): unknown => {
      if (chain === undefined) return call()
      chains.set(deps.processes.current(), chain)
      return ledger?.state === 'released' && process.mode !== ALIVE ? deps.leftOver({ of: ledger, by: chain.origin.all, again: chain.at?.again === true, stop: () => this.stop() }, call) : call()
    }
    return runAs(deps.processes, { label: this.label, parent: process, ledger }, run, self, args)
  }

  /** The next step of a poller whose module has a newer version, and nobody waits for it. */
  private isLeftOver(): boolean {
    return this.process.mode !== ALIVE && this.ledger?.state === 'released' && this.ours
  }
}
