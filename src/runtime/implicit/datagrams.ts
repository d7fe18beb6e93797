/**
 * A bound UDP socket passes to the next version of its module, as a listening server does: a new top level that binds where one of
 * the version it replaces is bound gets the same open socket, and hears what arrives from the commit on. Node keeps what is open
 * in the socket's state (lib/dgram.js); the two sockets change it for each other's, so that the old one can still be closed.
 */
import dgram from 'node:dgram'
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import { ALIVE } from '../process/process'
import type { Process } from '../process/process'
import type { ImplicitDeps } from './context'
import type { Held, Ledger } from './ledger'
import { own } from './owned'
import { patch, symbolOf } from './patch'
import { Origin } from './place'
import type { Silence } from './silence'

export interface Datagrams {
  complete(next: Ledger): void
  discarded(draft: Ledger): void
}

interface Promised { readonly socket: dgram.Socket; readonly old: BoundSocket; readonly ledger: Ledger; readonly origin: Origin; readonly process: Process }

/** lib/internal/dgram.js */
const UNBOUND = 0
const BOUND = 2

export function installDatagrams(deps: ImplicitDeps & { readonly silence: Silence; replacedBy(ledger: Ledger): readonly Ledger[] }): Datagrams {
  const promised = new Set<Promised>()

  function find(ledger: Ledger, socket: dgram.Socket, wanted: string): BoundSocket | undefined {
    const taken = new Set([...promised].map((one) => one.old))
    return deps.replacedBy(ledger).flatMap((one) => one.all())
      .find((held): held is BoundSocket => held instanceof BoundSocket && !taken.has(held) && held.wanted === wanted && Reflect.get(held.target, 'type') === Reflect.get(socket, 'type'))
  }

  patch(dgram.Socket.prototype, 'bind', (native) => {
    const replacement: AnyFunction = function (this: unknown, ...args) {
      const process = deps.processes.table.storage.getStore()
      const ledger = process?.ledger
      const wanted = wantedBy(args)
      if (this instanceof dgram.Socket && process?.mode === ALIVE) own(deps.processes, process, { kind: 'socket', gone: () => handleOf(this) === undefined, stop: () => {
        if (process.ledger?.state === 'draft') deps.silence(this, process.ledger) // its load fails
        this.close()
      } })
      if (!(this instanceof dgram.Socket) || process === undefined || ledger === undefined || wanted === undefined || ledger.state === 'released') return Reflect.apply(native, this, args)
      const origin = Origin.read(deps.places, replacement)
      const old = ledger.state === 'draft' ? find(ledger, this, wanted) : undefined
      if (old === undefined || stateOf(this) === undefined || stateOf(old.target) === undefined) {
        const result: unknown = Reflect.apply(native, this, args)
        ledger.add(new BoundSocket(this, wanted, origin, process, deps.silence))
        return result
      }
      promised.add({ socket: this, old, ledger, origin, process })
      const listening = args.at(-1)
      if (isFunction(listening)) this.once('listening', (...heard: readonly unknown[]) => void Reflect.apply(listening, this, heard))
      share(old.target, this)
      globalThis.process.nextTick(() => {
        if (Reflect.get(stateOf(this) ?? {}, 'bindState') === BOUND) this.emit('listening') // the load may have failed
      })
      return this
    }
    return replacement
  })

  // The draft's process was ended: what it shares is not its own to close.
  patch(dgram.Socket.prototype, 'close', (native) => function (this: unknown, ...args) {
    if (this instanceof dgram.Socket) takeBack(this)
    return Reflect.apply(native, this, args)
  })

  return {
    complete(next) {
      for (const one of promised) {
        if (one.ledger !== next) continue
        promised.delete(one)
        one.old.passed = true
        pass(one.old.target, one.socket)
        next.add(new BoundSocket(one.socket, one.old.wanted, one.origin, one.process, deps.silence))
      }
    },
    discarded(draft) {
      for (const one of promised) {
        if (one.ledger !== draft) continue
        promised.delete(one)
        takeBack(one.socket)
      }
    },
  }
}

/** Where it is asked to be bound; undefined: nowhere in particular, or at a descriptor that somebody else opened. */
function wantedBy([first, second]: readonly unknown[]): string | undefined {
  if (typeof first === 'number' && first > 0) return `${first} ${typeof second === 'string' ? second : ''}`
  if (typeof first !== 'object' || first === null || 'fd' in first) return undefined
  const port: unknown = Reflect.get(first, 'port')
  const address: unknown = Reflect.get(first, 'address')
  return typeof port === 'number' && port > 0 ? `${port} ${typeof address === 'string' ? address : ''}` : undefined
}

class BoundSocket implements Held {
  readonly kind = 'socket'
  readonly lasting = true
  passed = false

  constructor(readonly target: dgram.Socket, readonly wanted: string, readonly origin: Origin, private readonly process: Process, private readonly silence: Silence) {}

  get label(): string {
    return `UDP port ${this.wanted.trim()}`
  }

  gone(): boolean {
    return this.passed || handleOf(this.target) === undefined
  }

  /** The new version is not bound there. */
  release(): void {
    if (!this.origin.ours || this.process.mode === ALIVE || this.gone()) return
    if (this.process.ledger !== undefined) this.silence(this.target, this.process.ledger)
    this.target.close()
  }
}

/** Each socket's own handle, while it shows another one's. */
const owned = new WeakMap<dgram.Socket, object>()

/** `to` is seen to be bound where `from` is, which goes on receiving. */
function share(from: dgram.Socket, to: dgram.Socket): void {
  const own = handleOf(to)
  if (own !== undefined) owned.set(to, own)
  write(to, { handle: handleOf(from), bindState: BOUND })
}

function pass(from: dgram.Socket, to: dgram.Socket): void {
  const handle = handleOf(to)
  const own = owned.get(to)
  owned.delete(to)
  if (handle === undefined || own === undefined) return
  write(to, { receiving: true })
  setOwner(handle, to)
  write(from, { handle: own, bindState: UNBOUND, receiving: false })
  setOwner(own, from)
}

function takeBack(socket: dgram.Socket): void {
  const own = owned.get(socket)
  owned.delete(socket)
  if (own !== undefined) write(socket, { handle: own, bindState: UNBOUND })
}

function stateOf(socket: dgram.Socket): object | undefined {
  const symbol = symbolOf(socket, 'state symbol')
  const state: unknown = symbol === undefined ? undefined : Reflect.get(socket, symbol)
  return typeof state === 'object' && state !== null ? state : undefined
}

function handleOf(socket: dgram.Socket): object | undefined {
  const handle: unknown = Reflect.get(stateOf(socket) ?? {}, 'handle')
  return typeof handle === 'object' && handle !== null ? handle : undefined
}

function write(socket: dgram.Socket, values: Readonly<Record<string, unknown>>): void {
  Object.assign(stateOf(socket) ?? {}, values)
}

function setOwner(handle: object, socket: dgram.Socket): void {
  const owner = symbolOf(handle, 'owner_symbol')
  if (owner !== undefined) Reflect.set(handle, owner, socket)
}
