/** The children of one supervisor, in the order they were started, and how often they were restarted lately. */
import type { ModuleRef } from '../api'
import type { Pid } from '../process/pid'
import type { SupervisedChild } from '../process/process'
import type { FullFlags, FullSpec } from './childSpecs'
import type { Module } from './callbacks'
import { KeptState } from './keptState'
import { isOrderly } from './serverLoop'

/** running: `pid`; restarting: its start failed and will be tried again; stopped: neither. */
export type ChildState =
  | { readonly kind: 'running'; readonly pid: Pid }
  | { readonly kind: 'restarting' }
  | { readonly kind: 'stopped' }

export class Child {
  private now: ChildState = { kind: 'stopped' }

  constructor(
    private readonly table: ChildTable,
    public spec: FullSpec,
    /** Further arguments of its start function (simpleOneForOne). */
    readonly extra: readonly unknown[] = []
  ) {}

  get state(): ChildState {
    return this.now
  }

  get pid(): Pid | undefined {
    return this.now.kind === 'running' ? this.now.pid : undefined
  }

  set(state: ChildState): void {
    if (this.now.kind === 'running') this.table.byPid.delete(this.now.pid)
    this.now = state
    if (state.kind === 'running') this.table.byPid.set(state.pid, this)
  }
}

export class ChildTable extends KeptState {
  readonly children = new Set<Child>()
  readonly byPid = new Map<Pid, Child>()
  /** When: milliseconds. */
  private restarts: readonly number[] = []

  constructor(readonly module: Module, readonly args: unknown, public flags: FullFlags, public specs: readonly FullSpec[], private readonly now: () => number) {
    super()
    if (!this.simple) for (const spec of specs) this.children.add(new Child(this, spec))
  }

  get simple(): boolean {
    return this.flags.strategy === 'simpleOneForOne'
  }

  /** The spec all children are made from (simpleOneForOne). */
  get template(): FullSpec | undefined {
    return this.simple ? this.specs[0] : undefined
  }

  byId(id: unknown): Child | undefined {
    for (const child of this.children) if (Object.is(child.spec.id, id)) return child
    return undefined
  }

  add(spec: FullSpec, extra?: readonly unknown[]): Child {
    const child = new Child(this, spec, extra)
    this.children.add(child)
    return child
  }

  remove(child: Child): void {
    child.set({ kind: 'stopped' })
    this.children.delete(child)
  }

  /** It has ended and is not restarted now: a spec stays, unless nobody could ask to start it again. */
  ended(child: Child): void {
    if (this.simple || child.spec.restart === 'temporary') this.remove(child)
    else child.set({ kind: 'stopped' })
  }

  *running(): Iterable<SupervisedChild> {
    for (const [pid, { spec }] of this.byPid) yield { pid, id: spec.id, modules: spec.modules, simple: this.simple }
  }

  /** What `update` changes, as it is now. @returns what brings it back */
  keep(): () => void {
    const { flags, specs } = this
    const before = new Map([...this.children].map((child) => [child, child.spec]))
    return () => {
      this.flags = flags
      this.specs = specs
      for (const child of this.children) {
        const spec = before.get(child)
        if (spec === undefined) this.remove(child)
        else child.spec = spec
      }
    }
  }

  /** Those that are started, or would be, after `child`; itself first. */
  from(child: Child): Child[] {
    const all = [...this.children]
    return all.slice(all.indexOf(child))
  }

  /** When it restarted children within the last period, oldest first. */
  recent(): readonly number[] {
    const since = this.now() - this.flags.period * 1000
    this.restarts = this.restarts.filter((when) => when >= since)
    return this.restarts
  }

  /** @returns whether it is still within the intensity. */
  countRestart(): boolean {
    this.restarts = [...this.recent(), this.now()]
    return this.restarts.length <= this.flags.intensity
  }

  /** After a change of code: known ids get their new spec, new ones are not started, those that vanished keep running. */
  update(flags: FullFlags, specs: readonly FullSpec[]): void {
    this.flags = flags
    this.specs = specs
    for (const spec of specs) {
      if (this.simple) for (const child of this.children) child.spec = spec
      else {
        const known = this.byId(spec.id)
        if (known === undefined) this.add(spec)
        else known.spec = spec
      }
    }
  }
}

export const restarts = ({ restart }: FullSpec, reason: unknown): boolean => restart === 'permanent' || (restart === 'transient' && !isOrderly(reason))

export type { ModuleRef }
