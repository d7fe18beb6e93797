/**
 * Mechanism only: at most two versions of a module, and the export tables that every importer reads. A third version is
 * refused, nobody is ever killed here; policy is above (codeServer). Source: erlang/otp beam_bif_load.c, export table.
 */
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import type { ModuleName, Version } from '../../protocol/ids'
import { moduleName, version as mintVersion } from '../../protocol/ids'
import type { Origin } from '../../protocol/snapshot'
import { commonjsView, isObject } from '../node/commonjs'
import { isViewable } from '../identity/viewable'
import type { CommonjsModule } from '../node/commonjs'
import type { Evaluation } from './evaluation'
import { ExternalFuns, isForwardable, throwUndef, undefStub } from '../identity/externalFuns'
import type { Identities, UndefinedFunction } from '../identity/externalFuns'
import { slotOfRaw, slotOfStable } from '../identity/identity'
import type { Unit } from '../link'
import { namespaceOf } from './namespace'
import type { VersionRecord } from './version'

export type Table = Record<string, unknown>

/** A version together with what it was made of. Lives as long as a slot holds it. */
export interface Instance {
  readonly record: VersionRecord
  readonly unit: Unit
  readonly loadedAt: number
  readonly origin: Origin
  /** Reads the live binding of an export, by name. */
  exports: Readonly<Record<string, () => unknown>>
  /** Names whose value never changes once the top level has run. */
  constants: ReadonlySet<string>
  /** Its functions and classes, by the slot whose stable face importers hold. */
  readonly identities: Identities
  /** CommonJS: `module`, whose `exports` may be assigned late. Of JSON, once it was required. */
  commonjs: CommonjsModule | undefined
  /** Reads variables that functions of it answer. */
  answers: Readonly<Record<string, () => unknown>>
  /** Computes `exports` again when the module has `export *`: the other module may export other names now. */
  stars: (() => Readonly<Record<string, () => unknown>>) | undefined
  /** Until it is over, exports may have no value yet. */
  readonly evaluation: Evaluation
}

/** The draft that is being evaluated for this module, as far as the table needs to know it. */
export interface Drafting {
  readonly instance: Instance
  /** Set while the very first version runs its `onLoad`: nobody may call it yet, who does waits for this (never rejects). */
  readonly pending: Promise<void> | undefined
  /** Its `onLoad` has begun. */
  readonly inOnLoad: boolean
  /** A newer load waits: this one ends if it waits for something, or spins; `onLoad`: also when it is in an `onLoad`. */
  giveUp(onLoad: boolean): void
  /** When it is current, or given up. */
  whenSettled(): Promise<void>
  /** The process runs the top level or `onLoad` of this batch: its own calls cannot wait for themselves. */
  isRunBy(process: object): boolean
}

/** A version, as its own code knows it. */
export interface OwnCode {
  readonly version: VersionRecord
  readonly identities: Identities
  /** The module had no current code when it was made. */
  readonly first: boolean
}

/** `module.exports`, in what is compiled. */
export const WHOLE = '='

export type Slots =
  | { readonly state: 'empty' }
  | { readonly state: 'loaded'; readonly current: Instance }
  | { readonly state: 'replaced'; readonly current: Instance; readonly old: Instance }
  | { readonly state: 'deleted'; readonly old: Instance }

export class ModuleRecord {
  slots: Slots = { state: 'empty' }
  sticky = false
  /** Raw functions and values of current: what a call through an import reads. Its identity never changes. */
  readonly calls: Table = callTable()
  /** What the namespace object shows: functions are external funs. Its identity never changes. */
  readonly values: Table = Object.setPrototypeOf({}, null)
  readonly funs: ExternalFuns
  drafting: Drafting | undefined
  /** What readers see instead of current while a top level of its batch runs. */
  shown: Instance | undefined
  /** What `require` answers, for exports that can be called and for others. */
  private readonly views = new Map<string, object>()
  /** Functions that somebody else put in the place of the module's own (spies, wrappers). They may call what they replaced, so they must not get its face. */
  private readonly given = new WeakSet<object>()
  private madeNamespace: object | undefined
  private last = 0
  /** Loads of the next version that were begun. */
  private begun = 0
  /** The functions it exported when it was deleted. */
  private kept: readonly (readonly [string, unknown])[] = []
  /** Namespace objects that drafts of it handed out. */
  private readonly faces = new WeakSet<object>()
  private interop: object | undefined
  /** Functions of a first version whose stable face nobody has asked for: most are only called, and a program has thousands. */
  private readonly faceless = new Map<string, AnyFunction>()

  constructor(readonly name: ModuleName, public file: string, private readonly otherwise: UndefinedFunction = throwUndef) {
    this.funs = new ExternalFuns(name, otherwise)
  }

  adopt(face: object): object {
    this.faces.add(face)
    return face
  }

  /** The namespace object, as programs see it. */
  get namespace(): object {
    return (this.madeNamespace ??= namespaceOf(this.values))
  }

  isNamespace(object: object): boolean {
    return this.madeNamespace === object || this.required === object || this.values === object || this.calls === object || this.faces.has(object)
  }

  get current(): Instance | undefined {
    const { slots } = this
    return slots.state === 'loaded' || slots.state === 'replaced' ? slots.current : undefined
  }

  /** What `require` answers for an ES module. */
  get required(): unknown {
    if ('module.exports' in this.values) return this.values['module.exports']
    return 'default' in this.values && !('__esModule' in this.values) ? (this.interop ??= namespaceOf(this.values, true)) : this.namespace
  }

  get old(): Instance | undefined {
    const { slots } = this
    return slots.state === 'replaced' || slots.state === 'deleted' ? slots.old : undefined
  }

  /** The number the next load gets if it succeeds. */
  nextVersion(): Version {
    return mintVersion(this.last + 1)
  }

  /** How often it was tried before: a load that fails leaves its number to the next one. */
  again(): number {
    return this.begun++
  }

  /** new -> current, current -> old. `not_purged` (and no change) when both slots are full. */
  commit(next: Instance): 'ok' | 'not_purged' {
    const { current, old } = this
    if (current !== undefined && old !== undefined) return 'not_purged'
    if (current !== undefined) {
      current.record.state = 'old'
      this.slots = { state: 'replaced', current: next, old: current }
    } else {
      this.slots = old === undefined ? { state: 'loaded', current: next } : { state: 'replaced', current: next, old }
    }
    next.record.state = 'current'
    this.last = Math.max(this.last, next.record.version)
    this.begun = 0
    this.install(next)
    return 'ok'
  }

  /** current -> old. false when there is old code, or nothing was ever loaded (OTP's P6). */
  delete(): boolean {
    const { slots } = this
    if (slots.state === 'loaded') {
      slots.current.record.state = 'old'
      this.slots = { state: 'deleted', old: slots.current }
      this.kept = readableOf(slots.current).map(([name]) => [name, this.values[name]] as const).filter(([, value]) => typeof value === 'function')
      this.uninstall()
      return true
    }
    return slots.state === 'empty' && this.last > 0
  }

  /** Forgets the old version; whoever lingered there must be gone by now. */
  dropOld(): void {
    const { slots } = this
    if (slots.state === 'replaced') this.slots = { state: 'loaded', current: slots.current }
    if (slots.state === 'deleted') this.slots = { state: 'empty' }
  }

  /** old <-> current; nobody is killed, no third load. */
  rollback(): Version | undefined {
    const { slots } = this
    if (slots.state !== 'replaced' && slots.state !== 'deleted') return undefined
    const back = slots.old
    if (slots.state === 'replaced') {
      slots.current.record.state = 'old'
      this.slots = { state: 'replaced', current: back, old: slots.current }
    } else {
      this.slots = { state: 'loaded', current: back }
    }
    back.record.state = 'current'
    this.install(back)
    return back.record.version
  }

  /** A first version that was exposed or committed turned out not to work: as if it had never been. */
  forget(instance: Instance): void {
    const { slots } = this
    if (this.current === instance) this.slots = slots.state === 'replaced' ? { state: 'deleted', old: slots.old } : { state: 'empty' }
    if (this.current === undefined) this.uninstall()
  }

  /** Importers took `name`: when no version exports it, calling it throws UndefError instead of "not a function". */
  expect(name: string): void {
    if (name !== '*' && !(name in this.calls)) this.calls[name] = undefStub(this.name, name, this.otherwise)
  }

  /** While the very first version evaluates, importers in a cycle read its bindings as they come to life. */
  expose(exports: Readonly<Record<string, () => unknown>>): void {
    for (const [name, read] of Object.entries(exports)) this.liveEntry(name, read)
  }

  /** The functions that were exposed cannot be called (`onLoad` of a first version is running); whoever does waits. */
  hide(instance: Instance): void {
    for (const [name, read] of readableOf(instance)) {
      const value = read()
      if (typeof value !== 'function') continue
      setData(this.calls, name, undefStub(this.name, name, this.otherwise))
      if (!isForwardable(value)) continue
      setData(this.values, name, this.funs.fun(name, value))
      this.funs.removed(name)
    }
  }

  /** Readers see `next`, its values and its functions through every external fun, until what this answers is called. */
  show(next: Instance): () => void {
    if (this.shown !== undefined) return () => {}
    this.shown = next
    const before = new Map<string, PropertyDescriptor | undefined>()
    const faceOf = (name: string, value: unknown): unknown => (isForwardable(value) ? this.funs.stage(next.identities, name, value) : value)
    for (const [name, read] of computedOf(next)) {
      before.set(name, Object.getOwnPropertyDescriptor(this.values, name))
      Object.defineProperty(this.values, name, { get: () => faceOf(name, read()), configurable: true, enumerable: true })
    }
    for (const [name, read] of readableOf(next)) {
      const face = faceOf(name, read())
      const known = Object.getOwnPropertyDescriptor(this.values, name)
      if (known !== undefined && 'value' in known && known.value === face) continue
      before.set(name, known)
      setData(this.values, name, face)
    }
    const hide = this.funs.show(next.identities)
    return () => {
      hide()
      this.shown = undefined
      for (const [name, known] of before) {
        if (known === undefined) delete this.values[name]
        else if ('value' in known) setData(this.values, name, known.value)
        else Object.defineProperty(this.values, name, known)
      }
    }
  }

  /** The function of this version that an external fun of the module stands for. */
  ownOf(version: VersionRecord, fn: AnyFunction): AnyFunction | undefined {
    const slot = slotOfStable(fn)
    const instance = [this.drafting?.instance, this.current, this.old].find((one) => one?.record === version)
    return slot === undefined ? undefined : instance?.identities.get(slot)
  }

  /** What `require` answers for a module of which `instance` is the version to read. */
  answer(instance: Instance | undefined): unknown {
    if (instance?.unit.rewritten.format === 'json') return instance.exports.default?.()
    return instance?.commonjs === undefined ? this.required : this.view(instance.commonjs.exports)
  }

  /** What `require` answers for a CommonJS module: a primitive (or a Map …) as it is, else a view that reads what current exports. */
  view(exports: unknown): unknown {
    // `class C {} module.exports = C`: its stable face.
    if (!isViewable(exports) || slotOfStable(exports)?.owner === this.funs) return exports
    const known = this.views.get(typeof exports)
    if (known !== undefined) return known
    const view = commonjsView(exports, () => (isFunction(exports) ? this.calledNow() : this.readable?.commonjs?.exports), (name, fn) => this.face(name, fn), (fn) => this.noteGiven(fn), (fn) => this.given.has(fn))
    this.views.set(typeof exports, view)
    return view
  }

  /** A top level puts functions of its own there. */
  private noteGiven(fn: AnyFunction): void {
    if (this.drafting === undefined) this.given.add(fn)
  }

  /** A function by which `module.exports` is called: a top level may pass it on before it says that it is exported. */
  private calledNow(): unknown {
    const { commonjs } = this.readable ?? {}
    const isAhead = commonjs?.loaded === false && !isFunction(commonjs.exports)
    return this.funs.wholeNow(isAhead) ?? commonjs?.exports
  }

  /** What importers have for a function of a version that exports it as `name` (see `Emitted.external`). */
  external({ version, identities, first }: OwnCode, name: string, fn: AnyFunction): AnyFunction {
    const known = slotOfRaw(fn)
    if (known?.owner === this.funs) return known.stable
    const { state } = version
    const isRead = state === 'current' || (state === 'loading' && first)
    if (slotOfStable(fn) !== undefined || !isForwardable(fn) || this.given.has(fn)) return fn
    if (name !== WHOLE) return this.funs.own(identities, name, fn, isRead ? 'now' : state === 'loading' ? 'later' : 'before')
    const view = this.view(fn)
    if (isFunction(view)) this.funs.faceOf(identities, fn, view, isRead)
    return isFunction(view) ? view : fn
  }

  /** What readers see now. */
  get readable(): Instance | undefined {
    return this.shown ?? this.current ?? this.drafting?.instance
  }

  private face(name: string, fn: AnyFunction): AnyFunction {
    return this.shown === undefined ? this.funs.fun(name, fn) : this.funs.stage(this.shown.identities, name, fn)
  }

  /** Exports what its `export *` comes to now. @returns whether these are other names than before */
  refreshStars(): boolean {
    const { current } = this
    if (current?.stars === undefined) return false
    const before = Object.keys(this.values)
    current.exports = current.stars()
    this.install(current)
    const after = Object.keys(this.values)
    return before.length !== after.length || before.some((name) => !Object.hasOwn(this.values, name))
  }

  /** Rewrites the export tables; cannot fail. */
  install(next: Instance): void {
    const names = next.exports
    for (const name of Object.keys(this.calls)) if (!Object.hasOwn(names, name)) this.removeEntry(name)
    this.funs.settleAll(next.identities)
    for (const name of Object.keys(next.exports)) {
      const read = next.exports[name]
      if (read === undefined) continue
      if (!next.evaluation.isDone || !next.constants.has(name)) this.liveEntry(name, read)
      else this.valueEntry(name, read())
    }
  }

  /** Erlang's `fun m:f/n` needs no loaded module: of a deleted one functions can still be taken, and calling one loads it again. */
  private uninstall(): void {
    this.funs.current = undefined
    for (const name of Object.keys(this.calls)) this.removeEntry(name)
    for (const [name, value] of this.kept) setData(this.values, name, value)
  }

  private valueEntry(name: string, value: unknown): void {
    setData(this.calls, name, value)
    if (this.slots.state === 'loaded' && isForwardable(value) && slotOfRaw(value) === undefined) this.faceLater(name, value)
    else setData(this.values, name, this.valueOf(name, value))
  }

  private faceLater(name: string, fn: AnyFunction): void {
    this.faceless.set(name, fn)
    Object.defineProperty(this.values, name, { get: () => this.makeFace(name, fn), configurable: true, enumerable: true })
  }

  private makeFace(name: string, fn: AnyFunction): unknown {
    this.faceless.delete(name)
    const face = this.valueOf(name, fn)
    setData(this.values, name, face)
    return face
  }

  /** Another version is on its way: from now on its functions and those of current must be known for the same. */
  faceAll(): void {
    for (const [name, fn] of this.faceless) this.makeFace(name, fn)
  }

  private liveEntry(name: string, read: () => unknown): void {
    const value = (): unknown => this.valueOf(name, read())
    Object.defineProperty(this.calls, name, { get: read, configurable: true, enumerable: true })
    Object.defineProperty(this.values, name, { get: value, configurable: true, enumerable: true })
  }

  private valueOf(name: string, value: unknown): unknown {
    if (isForwardable(value)) return this.funs.fun(name, value)
    this.funs.hasNone(name)
    return value
  }

  private removeEntry(name: string): void {
    this.faceless.delete(name)
    setData(this.calls, name, undefStub(this.name, name, this.otherwise))
    delete this.values[name]
    this.funs.removed(name)
  }
}

const isComputed = ({ commonjs, constants }: Instance, name: string): boolean => commonjs !== undefined && !constants.has(name)
const computedOf = (instance: Instance): [string, () => unknown][] => Object.entries(instance.exports).filter(([name]) => isComputed(instance, name))
/** What can be read without running code of the program: all but the getters of CommonJS. */
export const readableOf = (instance: Instance): [string, () => unknown][] => Object.entries(instance.exports).filter(([name]) => !isComputed(instance, name))

/** `Object.create(null)` makes a hash table, through which every call costs five times as much; an empty prototype keeps V8's fast shape. */
const nothing: object = Object.freeze(Object.create(null))
const callTable = (): Table => Object.create(nothing)

/** A plain assignment keeps the table's shape fast; only an accessor needs to be redefined. */
function setData(table: Table, name: string, value: unknown): void {
  const before = Object.getOwnPropertyDescriptor(table, name)
  if (before === undefined || 'value' in before) table[name] = value
  else Object.defineProperty(table, name, { value, writable: true, configurable: true, enumerable: true })
}

export class ModuleTable {
  private readonly records = new Map<ModuleName, ModuleRecord>()
  private readonly files = new Set<string>()
  private readonly byLastPart = new Map<string, ModuleRecord[]>()
  /** Objects that were looked for once: a server's callbacks are looked up with each message. */
  private readonly byNamespace = new WeakMap<object, ModuleRecord>()

  constructor(private readonly otherwise: UndefinedFunction = throwUndef) {}

  get(name: ModuleName): ModuleRecord | undefined {
    return this.records.get(name)
  }

  obtain(name: ModuleName, file: string): ModuleRecord {
    this.files.add(file)
    const known = this.records.get(name)
    if (known !== undefined) {
      known.file = file
      return known
    }
    const record = new ModuleRecord(name, file, this.otherwise)
    this.records.set(name, record)
    const last = name.slice(name.lastIndexOf('/') + 1)
    this.byLastPart.set(last, [...(this.byLastPart.get(last) ?? []), record])
    return record
  }

  /** By name or by a unique last part of it: `src/t`, `t`. */
  find(text: string): ModuleRecord | undefined {
    const exact = this.records.get(moduleName(text))
    if (exact !== undefined) return exact
    const found = (this.byLastPart.get(text.slice(text.lastIndexOf('/') + 1)) ?? []).filter((record) => record.name.endsWith(`/${text}`))
    return found.length === 1 ? found[0] : undefined
  }

  /** Is this a file that some module was loaded from? */
  isFile(file: string): boolean {
    return this.files.has(file)
  }

  all(): Iterable<ModuleRecord> {
    return this.records.values()
  }

  /** The namespace object belongs to which module? (`l(t)` in the shell gets the object.) */
  ofNamespace(object: object): ModuleRecord | undefined {
    const known = this.byNamespace.get(object)
    if (known !== undefined) return known
    const behind = moduleBehind(object)
    const owner = ownerOf(object)
    const found = this.first((record) => record.isNamespace(object)) ?? this.first((record) => record.funs === owner || (behind !== undefined && record.isNamespace(behind)))
    if (found !== undefined) this.byNamespace.set(object, found)
    return found
  }

  private first(fits: (record: ModuleRecord) => boolean): ModuleRecord | undefined {
    for (const record of this.records.values()) if (fits(record)) return record
    return undefined
  }
}

/**
 * `import * as t` in TypeScript that becomes CommonJS is an object of its own, whose properties read those of the module:
 * its `default` is what `require` answered, or (`__esModule`) it has the module's own functions.
 */
function moduleBehind(object: object): object | undefined {
  const inner: unknown = Object.getOwnPropertyDescriptor(object, 'default')?.value
  return isObject(inner) ? inner : undefined
}

/** Whose functions they are, when all of them are of one module. */
function ownerOf(object: object): object | undefined {
  if (!Object.hasOwn(object, '__esModule')) return undefined
  const owners = new Set<object | undefined>()
  for (const [name, value] of Object.entries(object)) if (name !== 'default' && typeof value === 'function') owners.add(slotOfStable(value)?.owner)
  return owners.size === 1 ? [...owners][0] : undefined
}
