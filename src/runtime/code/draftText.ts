/** The text of a version on its way: what runs as its top level, and what it is given to run with (see `Emitted` in protocol/unit.ts). */
import path from 'node:path'
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import type { ModuleName } from '../../protocol/ids'
import type { Emitted } from '../../protocol/unit'
import { isClass } from '../identity/classIdentity'
import { commonjsExports, isComputed, makeRequire } from '../node/commonjs'
import type { Draft, DraftDeps } from './draft'
import { DraftFailed } from './draftFailed'
import { DraftRequests } from './draftRequests'
import { commonjsBody, esmBody } from './evaluate'
import { slotOfStable, stableOf } from '../identity/identity'
import type { Unit } from '../link'
import { showInCache } from '../node/nodeLoader'
import { WHOLE } from './moduleTable'
import type { Instance } from './moduleTable'
import type { VersionRecord } from './version'

type Getters = Record<string, () => unknown>

export class DraftText {
  /** An async top level has come to its start: only then can it run at once. */
  ready: Promise<unknown> | undefined
  private body: { next(): unknown } | (() => void) | undefined
  private relinkText: ((emitted: Emitted) => void) | undefined
  private emitted: Emitted | undefined
  private readonly requests: DraftRequests

  constructor(private readonly draft: Draft, batch: ReadonlyMap<ModuleName, Draft>, private readonly deps: DraftDeps) {
    this.requests = new DraftRequests(draft, batch, deps)
  }

  /** Its top level; undefined: there is none. */
  get topLevel(): (() => unknown) | undefined {
    const { body } = this
    return body === undefined || typeof body === 'function' ? body : () => body.next()
  }

  /** Up to its top level: hoisted functions exist, exports can be read. @throws DraftFailed */
  instantiate(): void {
    const { unit } = this.draft
    try {
      if (unit.rewritten.format === 'json') this.instantiateJson()
      else if (unit.rewritten.format === 'commonjs') this.instantiateCommonjs()
      else {
        this.emitted = this.makeEmitted()
        const body = esmBody(unit, this.draft.instance.record.url)(this.emitted)
        this.body = body
        const first: unknown = body.next()
        if (isPromise(first)) this.ready = first.catch(() => {}) // the prologue cannot throw; evaluation reports for itself
      }
    } catch (error) {
      throw new DraftFailed(this.draft.record.name, 'badfile', error)
    }
  }

  private instantiateJson(): void {
    const { instance, unit } = this.draft
    const value: unknown = JSON.parse(unit.rewritten.code)
    instance.exports = { default: () => value }
    instance.constants = new Set(['default'])
    this.body = () => {}
  }

  private instantiateCommonjs(): void {
    const { first, instance, record, unit } = this.draft
    const { commonjs: module } = instance
    if (module === undefined) return
    const emitted = this.emitted = this.makeEmitted()
    const body = commonjsBody(unit, instance.record.url)
    const { file } = unit
    if (this.deps.entry.file === file) {
      this.deps.entry.module = module
      Reflect.set(process, 'mainModule', module)
    }
    const require = makeRequire(module, () => this.deps.entry.module, (specifier) => this.requests.require(specifier))
    Object.defineProperty(module, 'require', { value: require, writable: true, configurable: true, enumerable: false })
    this.body = () => {
      if (first) showInCache(module)
      Reflect.apply(body, module.exports, [module.exports, require, module, file, path.dirname(file), emitted])
      module.loaded = true
      const view = record.view(module.exports)
      if (isFunction(module.exports) && isFunction(view)) record.funs.faceOf(instance.identities, module.exports, view)
      instance.exports = commonjsExports(module.exports, view, /\.[mc]?tsx?$/.test(file))
      instance.constants = new Set(Object.keys(instance.exports).filter((name) => name === 'default' || !isComputed(module.exports, name)))
      if (first) record.expose(instance.exports)
    }
  }

  private makeEmitted(): Emitted {
    const { processes, traps, opening, meta } = this.deps
    const { imports, instance: { record: version }, unit } = this.draft
    const { enter, leave, park, dead, pause, yielded, trap, over, each } = processes
    const makes = maker(this.deps, version, unit)
    return {
      version, traps, slot: version.slot, imports: imports.bindings(),
      meta: meta(unit, version),
      trap, enter, leave, park, dead, pause, yielded, over, each,
      moved: (className, name) => this.moved(className, name),
      opening, makes,
      gives: giver(this.deps, version, unit),
      answers: answering(this.draft.instance), holds: holding(this.draft.instance),
      define: (exports, relink) => this.define(exports, relink),
      identity: (value, name, begun) => this.identity(value, name, begun),
      external: externalOf(this.draft),
      itself: itselfOf(this.draft),
      pass: passer(this.deps, version, unit, makes),
      decorating: decorating(this.deps, version),
      import: (specifier) => this.requests.import(String(specifier)),
    }
  }

  private define(own: Readonly<Getters>, relink: (emitted: Emitted) => void): void {
    const { first, imports, instance, record, unit } = this.draft
    this.relinkText = relink
    if (unit.rewritten.stars.length > 0) instance.stars = () => ({ ...imports.starExports(), ...own })
    instance.exports = instance.stars?.() ?? own
    if (first) record.expose(instance.exports)
  }

  /** What it imports may be somewhere else now. */
  bindImports(): void {
    if (this.emitted === undefined || this.relinkText === undefined) return
    const { committed, first, imports, instance, record } = this.draft
    imports.unbound = false
    this.relinkText({ ...this.emitted, imports: imports.bindings() })
    if (instance.stars !== undefined) {
      instance.exports = instance.stars()
      if (first && !committed) record.expose(instance.exports)
    }
  }

  /** A method that somebody kept (`show.bind(this)`, a route) is that of the class as it is now. */
  private moved(className: string, name: string): AnyFunction | undefined {
    const { instance, record: { current, funs } } = this.draft
    const method = current === undefined || current === instance || instance.record.state === 'loading' ? undefined : funs.methodNow(className, name, instance.identities, current.identities)
    if (method === undefined) this.deps.processes.trap(instance.record)
    return method
  }

  /** `P.identity(C, "C")` follows the definition of a class of the top level; `P.identity(C)` is its use as a value. */
  private identity(value: unknown, name: string | undefined, begun = false): unknown {
    if (!isFunction(value) || !isClass(value)) return value
    if (name !== undefined) this.draft.record.funs.define(this.draft.instance.identities, name, value, this.draft.committed && !begun)
    return stableOf(value)
  }
}

/** Not a method, as `passer`. */
function externalOf({ record, instance: { record: version, identities, commonjs }, first }: Draft): Emitted['external'] {
  return (value, name) => {
    const known = name ?? (value === commonjs?.exports ? WHOLE : undefined)
    if (isFunction(value)) return known === undefined ? stableOf(value) : record.external({ version, identities, first }, known, value)
    return known === WHOLE && isPlainObject(value) ? record.view(value) : value
  }
}

/** As `externalOf`, no method. */
function itselfOf({ instance: { identities } }: Draft): Emitted['itself'] {
  return (value) => {
    const slot = isFunction(value) ? slotOfStable(value) : undefined
    return slot === undefined ? value : identities.get(slot) ?? slot.fn
  }
}

const isPlainObject = (value: unknown): boolean => typeof value === 'object' && value !== null && [Object.prototype, null].includes(Reflect.getPrototypeOf(value))

const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise

/** As `passer`, no method. */
function decorating({ decorates }: Pick<DraftDeps, 'decorates'>, version: VersionRecord): Emitted['decorating'] {
  return (apply) => (...args) => decorates(version, () => apply(...args))
}

/** As `passer`, no method. */
function maker(deps: Pick<DraftDeps, 'makes'>, version: VersionRecord, { rewritten }: Unit): (index: number) => void {
  const giving = new Set(rewritten.handed?.map(({ fn }) => fn))
  const makes = (index: number): void => deps.makes(version, index, giving.has(index), makes)
  return makes
}

/** As `passer`, no method. */
function giver({ gives, opening }: Pick<DraftDeps, 'gives' | 'opening'>, version: VersionRecord, { links, dynamic, rewritten }: Unit): Emitted['gives'] {
  const isOfModule = (rewritten.received ?? []).map(({ via }) => via === undefined || (typeof via === 'number' ? links[via] : dynamic[via])?.kind === 'module')
  return (object, index) => {
    if (opening[0] !== 0 && isOfModule[index] === true && (isFunction(object) || (typeof object === 'object' && object !== null))) gives(version, index, object)
    return object
  }
}

/** As `passer`, no method. */
function answering(instance: Instance): Emitted['answers'] {
  return (variables) => { instance.answers = variables }
}

/** As `passer`, no method. */
function holding(instance: Instance): Emitted['holds'] {
  const held: Record<string, unknown> = {}
  return (name, value) => {
    if (!Object.hasOwn(held, name)) instance.answers = { ...instance.answers, [name]: () => held[name] }
    held[name] = value
    return value
  }
}

/**
 * Functions that are passed on run current; who passed them on may pass on others next time. Of an object nobody knows who holds it.
 * Not a method: generated code keeps what this answers, and would keep the draft with it, and all drafts of its batch.
 */
function passer({ opening, passes }: Pick<DraftDeps, 'opening' | 'passes'>, version: VersionRecord, { links, dynamic }: Unit, makes: (index: number) => void): Emitted['pass'] {
  return (value, index, from, name) => {
    if (opening[0] === 0) return value
    if (isFunction(value)) makes(index)
    const link = typeof from === 'number' ? links[from] : dynamic[from]
    const isHeld = isFunction(value) ? slotOfStable(value) === undefined : typeof value === 'object' && value !== null
    if (isHeld && link?.kind === 'module') passes(version, { module: link.module, name })
    return value
  }
}
