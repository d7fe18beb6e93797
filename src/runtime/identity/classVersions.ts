/**
 * Subclasses of a class whose older objects keep their old code: `class Cat extends Animal` of another module makes objects of
 * the new Animal from now on, and has those that the old one made. What Cat's prototype inherits depends on who asks: an object
 * finds the members of the version of Animal that made it, also with `super.name`.
 */
import type { AnyFunction } from '../../base/guards'
import type { Slot } from './identity'

const inherited = new WeakMap<object, Inherited>()

/** It stands between a subclass and more than one version of what it extends. */
export const isOfManyVersions = (prototype: object): boolean => inherited.has(prototype)

/** `super(…)` of a subclass, for a class that has (or is about to have) versions apart. */
export function makesForSubclasses(slot: Slot): void {
  slot.makeForSubclass ??= (args, newTarget) => {
    const between = inheritedBy(newTarget, slot)
    return between === undefined ? Object(Reflect.construct(slot.fn, args, newTarget)) : between.make(args, newTarget)
  }
}

function inheritedBy({ prototype }: AnyFunction, slot: Slot): Inherited | undefined {
  const newest: unknown = slot.fn.prototype
  for (let at: object | null = isObject(prototype) ? prototype : null; at !== null && at !== newest;) {
    const parent = Reflect.getPrototypeOf(at)
    const known = parent === null ? undefined : inherited.get(parent)
    if (known?.slot === slot) return known
    if (parent !== null && parent !== newest && isOf(parent, slot) && !leadsTo(parent, newest)) return insert(at, parent, slot)
    at = parent
  }
  return undefined
}

function insert(subclass: object, parent: object, slot: Slot): Inherited | undefined {
  const between = new Inherited(slot, parent)
  const proxy = new Proxy({}, between)
  inherited.set(proxy, between)
  return Reflect.setPrototypeOf(subclass, proxy) ? between : undefined
}

class Inherited implements ProxyHandler<object> {
  /** Prototype of the version that made it. */
  private readonly made = new WeakMap<object, object>()
  private making = 0

  constructor(readonly slot: Slot, private readonly before: object) {}

  make(args: readonly unknown[], newTarget: AnyFunction): object {
    const newest = this.newest()
    // What it is given was there before: a constructor can copy it.
    for (const arg of args) if (isObject(arg)) this.note(arg)
    this.making++
    try {
      const object: object = Object(Reflect.construct(this.slot.fn, args, newTarget))
      this.made.set(object, newest)
      return object
    } finally {
      this.making--
    }
  }

  get(_: object, key: PropertyKey, receiver: unknown): unknown {
    return Reflect.get(this.versionFor(receiver), key, receiver)
  }

  set(_: object, key: PropertyKey, value: unknown, receiver: unknown): boolean {
    return Reflect.set(this.versionFor(receiver), key, value, receiver)
  }

  has(_: object, key: PropertyKey): boolean {
    return Reflect.has(this.newest(), key)
  }

  getPrototypeOf(): object {
    return this.newest()
  }

  private versionFor(receiver: unknown): object {
    if (!isObject(receiver)) return this.newest()
    const known = this.made.get(receiver)
    if (known !== undefined) return known
    // A prototype, or what a constructor is making.
    if (this.making > 0 || Object.hasOwn(receiver, 'constructor')) return this.newest()
    return this.note(receiver)
  }

  /** Nobody saw it being made: it was before there was a choice. */
  private note(object: object): object {
    const known = this.made.get(object)
    if (known === undefined) this.made.set(object, this.before)
    return known ?? this.before
  }

  private newest(): object {
    const prototype: unknown = this.slot.fn.prototype
    return isObject(prototype) ? prototype : Object.prototype
  }
}

const isOf = (prototype: object, slot: Slot): boolean => Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value === slot.stable

/** The older one gave up its methods: what inherits from it has the new ones. */
function leadsTo(prototype: object, newest: unknown): boolean {
  for (let at = Reflect.getPrototypeOf(prototype); at !== null; at = Reflect.getPrototypeOf(at)) if (at === newest) return true
  return false
}

const isObject = (value: unknown): value is object => (typeof value === 'object' && value !== null) || typeof value === 'function'
