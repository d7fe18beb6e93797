/**
 * A listening server passes to the next version of its module. When a new top level listens where a server of the version it
 * replaces listens already, nothing is bound: the new server is given the same open socket, says `listening` and knows its
 * address at once, and accepts connections from the commit on. The old one never closed: no connection is refused, requests in
 * flight finish in old code, and the next request on a connection that was kept alive is the new server's.
 *
 *   listen in a draft     -> promised   the old server goes on accepting
 *   commit                -> the socket's owner is the new server
 *   the load failed       -> the new server is as if it had never listened
 *   listen after commit (an async start) -> handed over at once; until then the old server serves
 *   nobody listens there any more -> the old server is closed once the new top level has come to an end; it goes on when that
 *                                    listens nowhere although its text is the same (`start` ran once for all in another module)
 */
import cluster from 'node:cluster'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import timers from 'node:timers'
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import { addressOf, sameAddress } from './address'
import type { Address } from './address'
import type { ImplicitDeps } from './context'
import { ENDED } from '../process/process'
import type { Held, Ledger } from './ledger'
import { closeSocket, dropSocket, passSocket, settleOld, shareSocket, takeSocketBack } from './listeningSocket'
import { Origin } from './place'
import { patch } from './patch'
import type { VersionRecord } from '../code/version'
import type { Silence } from './silence'

/** An async start may take a while until it listens: so long the old server goes on, at most. */
const PATIENCE_MS = 10_000
const GRACE_MS = 500
const LOOK_EVERY_MS = 50
const later = timers.setTimeout

export interface Handover {
  successor(server: net.Server): net.Server
  swallows(server: net.Server, event: unknown): boolean
  /** The version of `next` is live: it gets what it was promised. */
  complete(next: Ledger): void
  /** Servers of `old` that are still open wait for `next` to listen, and are closed when it does not. */
  retire(old: Ledger, next: Ledger): void
  /** The draft failed. */
  discarded(draft: Ledger): void
}

export interface HandoverDeps extends ImplicitDeps {
  /** The ledger of the version of that module which is live now. */
  live(ledger: Ledger): Ledger | undefined
  /** Ledgers whose versions are being replaced right now, or have been. */
  replacedBy(ledger: Ledger): readonly Ledger[]
  readonly silence: Silence
  /** Both are known, and were made of the same text. */
  isSameText(one: VersionRecord, other: VersionRecord): boolean
  log(message: string): void
}

class ListeningServer implements Held {
  readonly kind = 'server'
  readonly lasting = true
  closed = false
  constructor(readonly target: net.Server, readonly address: Address, readonly origin: Origin, private readonly close: (server: net.Server) => void) {}
  get label(): string {
    return `server ${this.address.text}`
  }
  gone(): boolean {
    return this.closed
  }
  release(): void {
    this.close(this.target)
  }
}

/** A listening socket and whose it is. All servers that had it know it by this, not by each other: none keeps another alive. */
interface Seat {
  server: net.Server
  /** Those that have connections left. */
  readonly former: Set<net.Server>
}

/** Not a closure of where the new server is known: the old one would hold it, and so on. */
const leaves = (seat: Seat, server: net.Server) => (): void => void seat.former.delete(server)

/** A server that was promised the socket of another one. */
interface Promised { readonly server: net.Server; readonly old: ListeningServer; readonly address: Address; readonly ledger: Ledger; readonly origin: Origin; readonly bind: () => void }

export function installHandover(deps: HandoverDeps): Handover {
  const { processes } = deps
  const known = new WeakMap<net.Server, ListeningServer>()
  const seats = new WeakMap<net.Server, Seat>()
  const promised = new Map<net.Server, Promised>()
  /** They have said `listening`. */
  const said = new WeakSet<net.Server>()
  /** They listen anew, elsewhere, and say so then: at most once in all. */
  const anew = new WeakSet<net.Server>()
  /** Their module's text was loaded again, and listened nowhere. */
  const stayed = new WeakSet<ListeningServer>()
  const retiring = new Set<{ readonly held: ListeningServer; readonly next: Ledger }>()

  function successor(server: net.Server): net.Server {
    return seats.get(server)?.server ?? server
  }

  function hold(server: net.Server, address: Address, ledger: Ledger, origin: Origin): ListeningServer {
    const held = new ListeningServer(server, address, origin, (one) => {
      deps.silence(one, ledger)
      one.close()
    })
    known.set(server, held)
    ledger.add(held)
    return held
  }

  /** A server of the replaced versions that listens there and was not taken yet. */
  function find(ledger: Ledger, address: Address): ListeningServer | undefined {
    const open = [...deps.replacedBy(ledger).flatMap((one) => one.all()), ...[...retiring].map((one) => one.held)]
    const taken = new Set([...promised.values()].map((one) => one.old))
    for (const held of open) {
      if (held instanceof ListeningServer && !held.closed && held.target.listening && !taken.has(held) && sameAddress(held.target, held.address, address)) return held
    }
    return undefined
  }

  function listen(server: net.Server, native: AnyFunction, callee: AnyFunction, args: readonly unknown[]): net.Server | undefined {
    const process = processes.table.storage.getStore()
    const wanted = addressOf(args)
    if (process === undefined || wanted === undefined || server.listening || cluster.isWorker) return undefined
    const { ledger } = process
    if (ledger === undefined) {
      processes.own(process, { label: `server ${wanted.text}`, release: () => void (process.mode === ENDED && server.close()) })
      return undefined
    }
    const address = wanted.kind === 'any' ? { ...wanted, index: ledger.anyPort++, module: ledger.module } : wanted
    const old = find(ledger, address)
    const origin = Origin.read(deps.places, callee)
    if (old === undefined || ledger.state === 'released') {
      hold(server, address, ledger, origin)
      return undefined
    }
    const rest = args.filter((arg) => !isFunction(arg))
    const promise: Promised = { server, old, address, ledger, origin, bind: () => void Reflect.apply(native, server, rest) }
    promise.server.once('listening', args.find(isFunction) ?? nothing)
    shareSocket(old.target, server)
    announce(server)
    if (ledger.state === 'draft') promised.set(server, promise)
    else handOver(promise)
    return server
  }

  function announce(server: net.Server): void {
    process.nextTick(() => {
      if (!server.listening || anew.has(server)) return
      said.add(server)
      server.emit('listening')
    })
  }

  /** Cannot fail: the socket is open, only its owner changes. */
  function handOver({ server, old, address, ledger, origin, bind }: Promised): void {
    if (!server.listening) return // it was closed meanwhile
    for (const one of retiring) if (one.held === old) retiring.delete(one)
    old.closed = true
    const seat = seats.get(old.target) ?? { server, former: new Set() }
    seat.server = server
    seat.former.add(old.target)
    seats.set(old.target, seat)
    seats.set(server, seat)
    hold(server, address, ledger, origin)
    const drained = leaves(seat, old.target)
    if (address.kind !== 'port' || old.address.kind !== 'port' || old.address.host === address.host) {
      passSocket(old.target, server)
      settleOld(old.target, drained)
      return
    }
    // Another host on the same port: the socket cannot be kept, the port is free for a moment.
    dropSocket(server)
    closeSocket(old.target)
    settleOld(old.target, drained)
    anew.add(server)
    bind()
  }

  /** @param next of a version with the same text */
  function goesOn(held: ListeningServer, next: Ledger): boolean {
    const live = deps.live(next)
    if (!held.target.listening || live === undefined || (live !== next && !deps.isSameText(next.version, live.version))) return false
    const listens = live.all().some((one) => one instanceof ListeningServer && !one.closed && !stayed.has(one))
    if (listens) return false
    stayed.add(held)
    live.add(held)
    deps.log(`${live.module} was loaded again and did not listen on ${held.address.text} again: the server of the version before goes on, in old code`)
    return true
  }

  function retire(held: ListeningServer, next: Ledger, isSameText: boolean): void {
    const entry = { held, next }
    retiring.add(entry)
    const since = Date.now()
    const look = (): void => {
      if (!retiring.has(entry)) return
      if (next.failed() && !held.closed) return deps.log(`${next.module} gave up: ${held.address.text} stays as it was`)
      const waited = Date.now() - since
      if (waited < GRACE_MS || (!next.settled() && waited < PATIENCE_MS)) {
        later(look, LOOK_EVERY_MS).unref()
        return
      }
      retiring.delete(entry)
      if (held.closed || (isSameText && goesOn(held, next))) return
      // What could not listen (the address was in use) has not been closed now.
      if (held.target.listening) deps.log(`${next.module} does not listen on ${held.address.text} any more: closed`)
      held.release()
    }
    later(look, LOOK_EVERY_MS).unref()
  }

  /** A close that is not what it was: the socket belongs to another server, or is only promised. */
  function close(server: net.Server, args: readonly unknown[]): boolean {
    const promise = promised.get(server)
    if (promise !== undefined) {
      promised.delete(server)
      takeSocketBack(server)
    } else if (successor(server) === server) {
      const held = known.get(server)
      if (held !== undefined) held.closed = true
      for (const one of seats.get(server)?.former ?? []) if (one instanceof http.Server || one instanceof https.Server) one.closeIdleConnections()
      return false
    }
    process.nextTick(() => {
      server.emit('close')
      const [callback] = args
      if (isFunction(callback)) callback()
    })
    return true
  }

  patch(net.Server.prototype, 'listen', (native) => {
    const replacement: AnyFunction = function (this: unknown, ...args) {
      const done = this instanceof net.Server ? listen(this, native, replacement, args) : undefined
      return done ?? Reflect.apply(native, this, args)
    }
    return replacement
  })
  for (const prototype of new Set([net.Server.prototype, http.Server.prototype, https.Server.prototype])) {
    patch(prototype, 'close', (native) => function (this: unknown, ...args) {
      if (this instanceof net.Server && close(this, args)) return this
      return Reflect.apply(native, this, args)
    })
  }
  for (const prototype of [http.Server.prototype, https.Server.prototype]) {
    patch(prototype, 'closeAllConnections', (native) => function (this: unknown, ...args) {
      if (this instanceof net.Server) for (const one of seats.get(this)?.former ?? []) Reflect.apply(native, one, args)
      return Reflect.apply(native, this, args)
    })
  }

  return {
    successor,
    swallows: (server, event) => event === 'listening' && anew.has(server) && said.has(server),
    complete(next) {
      for (const [server, promise] of promised) {
        if (promise.ledger !== next) continue
        promised.delete(server)
        handOver(promise)
      }
    },
    retire(old, next) {
      const isSameText = deps.isSameText(old.version, next.version)
      for (const held of old.all()) {
        if (!(held instanceof ListeningServer)) continue
        old.drop(held)
        retire(held, next, isSameText)
      }
    },
    discarded(draft) {
      for (const [server, promise] of promised) {
        if (promise.ledger !== draft) continue
        promised.delete(server)
        takeSocketBack(server)
      }
    },
  }
}

function nothing(): void {
  // Somebody listens without a callback.
}
