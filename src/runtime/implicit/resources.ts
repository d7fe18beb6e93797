/**
 * Watchers, child processes, workers and sockets. Those of a killed process are closed. Watchers, children and workers that a
 * module's own top level opened are closed when the module is reloaded, unless an activation of it is still at work; sockets to
 * others (a database) stay, because what was made with them may be in use: `import.meta.hot.dispose` closes them.
 */
import { ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import workers from 'node:worker_threads'
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import { withoutRefused, withTypeScript } from '../node/typescriptChildren'
import { ALIVE } from '../process/process'
import type { Process } from '../process/process'
import type { ClusterWorkers } from './clusterWorkers'
import type { ImplicitDeps } from './context'
import type { Held, HeldKind, Ledger } from './ledger'
import { own } from './owned'
import type { Owned } from './owned'
import { Origin } from './place'
import { patch } from './patch'
import type { Silence } from './silence'

interface Opened {
  readonly kind: HeldKind
  readonly target: object
  readonly close: () => unknown
  readonly gone: () => boolean
  /** The program ends it itself, and wants to hear of it. */
  readonly ending?: () => boolean
}

export function installResources(deps: ImplicitDeps & { readonly silence: Silence; readonly workers: ClusterWorkers }): void {
  const { processes } = deps
  const { storage } = processes.table

  function opened(what: Opened, callee: AnyFunction): void {
    const process = storage.getStore()
    if (process === undefined) return
    const opening = new Opening(what, process, Origin.read(deps.places, callee), deps.silence, deps.workers)
    if (process.mode === ALIVE) own(processes, process, opening)
    const { ledger } = process
    if (ledger !== undefined && ledger.state !== 'released' && what.kind !== 'socket') ledger.add(opening)
  }

  patch(ChildProcess.prototype, 'spawn', (native) => {
    const replacement: AnyFunction = function (this: unknown, ...args) {
      const result: unknown = Reflect.apply(native, this, args)
      if (this instanceof ChildProcess) opened({ kind: 'child process', target: this, close: () => this.kill(), gone: () => this.exitCode !== null || this.signalCode !== null, ending: () => this.killed }, replacement)
      return result
    }
    return replacement
  })
  patch(fs, 'watch', (native) => {
    const replacement: AnyFunction = function (this: unknown, ...args) {
      const watcher: unknown = Reflect.apply(native, this, args)
      if (isClosable(watcher)) opened({ kind: 'watcher', target: watcher, close: () => watcher.close(), gone: () => Reflect.get(watcher, '_handle') === null }, replacement)
      return watcher
    }
    return replacement
  })
  patch(fs, 'watchFile', (native) => {
    const replacement: AnyFunction = function (this: unknown, ...args) {
      const watcher: unknown = Reflect.apply(native, this, args)
      const listener = args.at(-1)
      const unwatch = (): unknown => Reflect.apply(fs.unwatchFile, fs, [args[0], listener])
      if (watcher instanceof EventEmitter) opened({ kind: 'watcher', target: watcher, close: unwatch, gone: () => !watcher.listeners('change').some((one) => one === listener) }, replacement)
      return watcher
    }
    return replacement
  })
  patch(net.Socket.prototype, 'connect', (native) => {
    const replacement: AnyFunction = function (this: unknown, ...args) {
      // Those of a request are many, most of them an agent's, and shared.
      const process = storage.getStore()
      if (this instanceof net.Socket && process?.kind === 'spawned') opened({ kind: 'socket', target: this, close: () => this.destroy(), gone: () => this.destroyed }, replacement)
      return Reflect.apply(native, this, args)
    }
    return replacement
  })
  const Native = workers.Worker
  const terminated = new WeakSet<object>()
  const Worker = class Worker extends Native {
    override terminate(): Promise<number> {
      terminated.add(this)
      return super.terminate()
    }

    constructor(...args: ConstructorParameters<typeof Native>) {
      const wanted = withTypeScript(args)
      try {
        super(...wanted)
      } catch (error) {
        const acceptable = withoutRefused(wanted, error)
        if (acceptable === undefined) throw error
        super(...acceptable)
      }
      const construct: unknown = new.target
      if (isFunction(construct)) opened({ kind: 'worker', target: this, close: () => this.terminate(), gone: () => this.threadId === -1, ending: () => terminated.has(this) }, construct)
    }
  }
  Object.defineProperty(workers, 'Worker', { value: Worker, writable: true, configurable: true, enumerable: true })
}

class Opening implements Held, Owned {
  readonly lasting = true

  constructor(private readonly what: Opened, private readonly process: Process, readonly origin: Origin, private readonly silence: Silence, private readonly workers: ClusterWorkers) {}

  get kind(): HeldKind {
    return this.what.kind
  }

  get label(): string {
    return `${this.what.kind}${this.origin.text}`
  }

  get target(): object {
    return this.what.target
  }

  gone(): boolean {
    return this.what.gone()
  }

  stop(): void {
    if (this.process.ledger?.state === 'draft') this.end(undefined) // its load fails
    else this.what.close()
  }

  /** The module has a newer version. */
  release(next: Ledger | undefined): void {
    if (this.origin.ours && this.process.mode !== ALIVE) this.end(next)
  }

  private end(next: Ledger | undefined): void {
    const worker = this.workers.workerOf(this.target)
    if (worker !== undefined && !worker.exitedAfterDisconnect) return this.workers.retire(worker, next)
    this.hush()
    this.what.close()
  }

  private hush(): void {
    const { ledger } = this.process
    if (ledger !== undefined && this.what.ending?.() !== true) this.silence(this.target, ledger)
  }
}

const isClosable = (value: unknown): value is { close(): void } => typeof value === 'object' && value !== null && typeof Reflect.get(value, 'close') === 'function'
