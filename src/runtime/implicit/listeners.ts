/**
 * Listeners that a module's top level adds to an emitter. Each event that comes from outside any other process is one of its
 * own: `'data' listener feed.ts:40`. On emitters that the same top level did not make (`process`, imported ones) they are
 * removed when the module is reloaded. `removeListener`, `listeners` and `once` work with the function that was given.
 * Those that a request or a spawned process adds stay when it ends by itself, and are removed when it is killed. What a package
 * adds is left alone, unless it only passes on what its own `on` was given (`io.on` of socket.io), or adds it to `process` each
 * time anew (packageAdditions.ts).
 */
import { EventEmitter } from 'node:events'
import { Stream } from 'node:stream'
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import { withoutProxy } from '../identity/callableIdentity'
import { ALIVE } from '../process/process'
import type { Process } from '../process/process'
import { isActivity, runAs } from './context'
import type { ImplicitDeps } from './context'
import type { Held, Ledger } from './ledger'
import { own } from './owned'
import type { Owned } from './owned'
import type { PackageAdditions } from './packageAdditions'
import { Origin } from './place'
import { patch } from './patch'
import { addedAt } from './silence'

const ADDING = ['addListener', 'on', 'prependListener'] as const
const ADDING_ONCE = ['once', 'prependOnceListener'] as const
const FORWARDING: ReadonlySet<string> = new Set([...ADDING, ...ADDING_ONCE])

export function installListeners(deps: ImplicitDeps, packages: PackageAdditions): void {
  const { storage } = deps.processes.table
  /** Which top level made an emitter. */
  const makers = new WeakMap<object, Ledger>()
  const wrapped = new WeakSet<object>()

  function wrap(emitter: EventEmitter, event: unknown, listener: AnyFunction, process: Adder, callee: AnyFunction, once: boolean): AnyFunction | undefined {
    const origin = new Origin(deps.places, callee)
    if (!origin.oursThrough(FORWARDING)) return undefined
    const label = `'${String(event)}' listener${origin.text}`
    const mine: AnyFunction = function (this: unknown, ...args) {
      if (once) emitter.removeListener(key(event), mine)
      const running = storage.getStore()
      if (running !== undefined && isActivity(running)) return Reflect.apply(listener, this, args)
      return runAs(deps.processes, { label, parent: process, ledger: process.ledger }, listener, this, args)
    }
    Object.defineProperty(mine, 'listener', { value: listener }) // by which EventEmitter knows it
    wrapped.add(mine)
    addedAt.set(mine, origin)
    if (makers.get(emitter) !== process.ledger) process.ledger.add(new HeldListener(label, emitter, event, mine, origin, !once))
    return mine
  }

  /** An activity added it; streams are most often its own. */
  function remember(process: Process, emitter: unknown, event: unknown, listener: unknown, callee: AnyFunction): void {
    if (process.system || !isActivity(process) || !(emitter instanceof EventEmitter) || !isFunction(listener)) return
    if (isFunction(Reflect.get(listener, 'listener'))) return // of a `once`, which is known itself
    if (new Origin(deps.places, callee).ours) own(deps.processes, process, new ActivityListener(emitter, event, listener))
  }

  const adding = (once: boolean) => (native: AnyFunction, add: AnyFunction = native): AnyFunction => {
    // No rest parameters: Node itself adds a dozen listeners for each request.
    const replacement = function (this: unknown, event?: unknown, listener?: unknown): unknown {
      const process = storage.getStore()
      if (process === undefined) return native.call(this, event, listener)
      if (!isAdder(process) || !isFunction(listener) || wrapped.has(listener) || !(this instanceof EventEmitter)) {
        const result = native.call(this, event, listener)
        if (!(this instanceof Stream)) remember(process, this, event, listener, replacement)
        return result
      }
      const mine = wrap(this, event, listener, process, replacement, once)
      if (mine !== undefined) return add.call(this, event, mine)
      if (this === globalThis.process) packages.listener(process.ledger, event, listener, replacement)
      return native.call(this, event, once ? listener : withoutProxy(listener))
    }
    return replacement
  }

  for (const name of ADDING) patch(EventEmitter.prototype, name, adding(false))
  for (const name of ADDING_ONCE) {
    // Through the emitter's own `on`: streams do more than add.
    const add = name === 'once' ? 'on' : 'prependListener'
    patch(EventEmitter.prototype, name, (native) => adding(true)(native, function (this: unknown, ...args) {
      return this instanceof EventEmitter ? Reflect.apply(this[add], this, args) : undefined
    }))
  }
  patch(EventEmitter, 'init', (native) => function (this: unknown, options?: unknown) {
    const process = storage.getStore()
    if (process !== undefined && isAdder(process) && typeof this === 'object' && this !== null) makers.set(this, process.ledger)
    return native.call(this, options)
  })
  for (const name of ['stdin', 'stdout', 'stderr'] as const) onFirstRead(process, name, (stream) => void makers.delete(stream))
}

/** Node makes the standard streams when somebody first looks at them: nobody's top level has made them. */
function onFirstRead(owner: object, name: string, read: (value: object) => void): void {
  const native = Object.getOwnPropertyDescriptor(owner, name)
  if (native?.get === undefined || native.configurable !== true) return
  const get = (): unknown => {
    Object.defineProperty(owner, name, native)
    const value: unknown = Reflect.get(owner, name)
    if (typeof value === 'object' && value !== null) read(value)
    return value
  }
  Object.defineProperty(owner, name, { ...native, get })
}

/** Somebody whose listeners are looked after: a top level, a timer or listener of one. */
type Adder = Process & { readonly ledger: Ledger }
const isAdder = (process: Process): process is Adder => process.ledger !== undefined && process.mode === ALIVE

const key = (event: unknown): string | symbol => (typeof event === 'symbol' ? event : String(event))

/** Holds neither of them: a process that lives long may listen to many that do not. */
class ActivityListener implements Owned {
  readonly kind = 'listener'
  private readonly emitter: WeakRef<EventEmitter>
  private readonly listener: WeakRef<AnyFunction>

  constructor(emitter: EventEmitter, private readonly event: unknown, listener: AnyFunction) {
    this.emitter = new WeakRef(emitter)
    this.listener = new WeakRef(listener)
  }

  gone(): boolean {
    const listener = this.listener.deref()
    const emitter = this.emitter.deref()
    return listener === undefined || emitter === undefined || !EventEmitter.prototype.listeners.call(emitter, key(this.event)).includes(listener)
  }

  stop(): void {
    const listener = this.listener.deref()
    if (listener !== undefined) this.emitter.deref()?.removeListener(key(this.event), listener)
  }
}

class HeldListener implements Held {
  readonly kind = 'listener'
  private readonly emitter: WeakRef<EventEmitter>

  constructor(readonly label: string, emitter: EventEmitter, private readonly event: unknown, readonly target: AnyFunction, readonly origin: Origin, readonly lasting: boolean) {
    this.emitter = new WeakRef(emitter)
  }

  gone(): boolean {
    return this.emitter.deref()?.rawListeners(key(this.event)).includes(this.target) !== true
  }

  release(): void {
    this.emitter.deref()?.removeListener(key(this.event), this.target)
  }
}
