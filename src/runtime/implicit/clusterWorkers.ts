/**
 * Workers of `cluster` that a module's top level forked. When it is loaded again it forks its own, and the old ones leave as
 * servers do: those that listen go on until the new ones listen, so that no connection is refused, then take no more of them,
 * finish what they have and end. Those that do not listen end at once, as other children do. The program hears nothing of it, or
 * `cluster.on('exit', () => cluster.fork())` would start another one for each; `cluster` itself is told.
 *
 *   leaves   the new ones listen                                  told, so that who keeps a connection alive goes to another one
 *            half a second later                                   `worker.disconnect()`: it takes no more connections
 *   ends     it has closed its connections, or 10 seconds later    killed
 * Until it ends, what it asks its primary for (`message`) is heard. It stays in `cluster.workers` until it leaves.
 * When none of the new ones comes to listen (they throw), the old ones go on until some do.
 */
import cluster, { Worker } from 'node:cluster'
import timers from 'node:timers'
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import { LEAVING } from '../node/typescriptChildren'
import type { Ledger } from './ledger'
import { patch } from './patch'
import { FORK_OF_CLUSTER } from './place'

const PATIENCE_MS = 10_000
const GRACE_MS = 500
const LOOK_EVERY_MS = 50
const LOOK_SELDOM_MS = 1000
const later = timers.setTimeout

/** What tells that a worker is there or not. */
const LIFE = ['exit', 'disconnect', 'error', 'close', 'online', 'listening'] as const
const UNHEARD: ReadonlySet<unknown> = new Set(LIFE)

export interface ClusterWorkers {
  /** The worker that this child is, unless it has left. */
  workerOf(child: object): Worker | undefined
  /** `next` replaces the version that forked it; undefined: nobody does. */
  retire(worker: Worker, next: Ledger | undefined): void
}

export interface ClusterDeps {
  /** Of the version of the module that is live now. */
  live(ledger: Ledger): Ledger | undefined
  log(message: string): void
}

export function installCluster({ live, log }: ClusterDeps): ClusterWorkers {
  /** By which `cluster` hears of the child. */
  const own = new WeakMap<Worker, ReadonlyMap<unknown, readonly unknown[]>>()
  const workers = new WeakMap<object, Worker>()
  const retired = new WeakSet<Worker>()
  const leaving = new Set<Worker>()
  /** Whose workers do not listen, as the log says. */
  const told = new WeakSet<Ledger>()

  const fork: unknown = cluster.fork
  if (isFunction(fork)) Object.assign(cluster, { fork: { [FORK_OF_CLUSTER]: function (this: unknown, ...args: readonly unknown[]): unknown {
    const worker: unknown = Reflect.apply(fork, this, args)
    if (!(worker instanceof Worker)) return worker
    own.set(worker, new Map(LIFE.map((event) => [event, worker.process.rawListeners(event)])))
    workers.set(worker.process, worker)
    return worker
  } }[FORK_OF_CLUSTER] })
  patch(cluster, 'emit', (native) => function (this: unknown, ...args) {
    const [event, worker] = args
    return UNHEARD.has(event) && worker instanceof Worker && retired.has(worker) ? false : Reflect.apply(native, this, args)
  })

  function hush(worker: Worker): void {
    const known = own.get(worker)
    mute(worker, () => [])
    mute(worker.process, (event) => [...(known?.get(event) ?? []), ...(event === 'exit' ? [() => gone(worker)] : event === 'disconnect' ? [() => end(worker)] : [])])
  }

  /** Those that have left do not end with the program by themselves. */
  function endAll(): void {
    for (const worker of leaving) end(worker)
  }

  function gone(worker: Worker): void {
    if (leaving.delete(worker) && leaving.size === 0) process.removeListener('exit', endAll)
  }

  function leave(worker: Worker): void {
    if (!worker.process.connected) return end(worker)
    worker.process.send({ cmd: LEAVING })
    later(() => {
      if (worker.process.connected) worker.disconnect()
    }, GRACE_MS).unref()
    later(() => end(worker), GRACE_MS + PATIENCE_MS).unref()
  }

  function end(worker: Worker): void {
    if (!worker.isDead()) worker.process.kill()
  }

  /** Others do what it does, or nobody is meant to. */
  function isReplaced(next: Ledger, waited: number): boolean {
    const others = Object.values(cluster.workers ?? {}).flatMap((one) => (one === undefined || retired.has(one) ? [] : one))
    if (others.some((one) => stateOf(one) === 'listening')) return waited >= PATIENCE_MS || others.every((one) => stateOf(one) !== 'online' && stateOf(one) !== 'none')
    return (next.settled() || waited >= PATIENCE_MS) && !next.failed() && !next.all().some(({ target }) => workers.has(target))
  }

  return {
    workerOf: (child) => workers.get(child),
    retire(worker, next) {
      if (worker.isDead() || retired.has(worker)) return
      retired.add(worker)
      hush(worker)
      if (leaving.size === 0) process.on('exit', endAll)
      leaving.add(worker)
      const since = Date.now()
      let goodSince = Infinity
      const look = (): void => {
        const now = Date.now()
        const by = next === undefined ? undefined : live(next)
        if (worker.isDead()) return
        if (stateOf(worker) !== 'listening') return end(worker)
        if (by === undefined) return leave(worker)
        // New ones that listen and then throw are none.
        goodSince = isReplaced(by, now - since) ? Math.min(goodSince, now) : Infinity
        if (now - goodSince >= GRACE_MS) return leave(worker)
        const late = now - since >= PATIENCE_MS && goodSince === Infinity
        if (late && !told.has(by)) log(`no worker of ${by.module} listens: those of the version before go on`)
        if (late) told.add(by)
        later(look, late ? LOOK_SELDOM_MS : LOOK_EVERY_MS).unref()
      }
      look()
    },
  }
}

const stateOf = (worker: Worker): unknown => Reflect.get(worker, 'state')

/** Of what tells about its life only `heard` is called. */
function mute(emitter: NodeJS.EventEmitter, heard: (event: unknown) => readonly unknown[]): void {
  const native: unknown = emitter.emit
  if (!isFunction(native)) return
  const emit: AnyFunction = function (this: unknown, ...args) {
    const [event, ...rest] = args
    if (!UNHEARD.has(event)) return Reflect.apply(native, this, args)
    for (const listener of heard(event)) if (isFunction(listener)) Reflect.apply(listener, this, rest)
    return false
  }
  Object.defineProperty(emitter, 'emit', { value: emit, writable: true, configurable: true })
}
