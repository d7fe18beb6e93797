/** What a draft imports: what must be there before it runs, and what its text reads, before the commit and after it. */
import type { ImportBinding } from '../../protocol/unit'
import type { ModuleName } from '../../protocol/ids'
import { DraftFailed } from './draftFailed'
import type { Draft, DraftDeps } from './draft'
import { isForwardable } from '../identity/externalFuns'
import type { Table } from './moduleTable'
import { namespaceOf } from './namespace'
import type { Steps } from '../steps'

export class DraftImports {
  /** Some are members of the batch: after the commit they are read where everybody reads them. */
  staged = false
  /** A native module was missing when the imports were bound. */
  unbound = false
  private stagedBinding: ImportBinding | undefined

  constructor(private readonly draft: Draft, private readonly batch: ReadonlyMap<ModuleName, Draft>, private readonly deps: Pick<DraftDeps, 'table' | 'natives'>) {}

  /** What Node's linker checks before anything runs: names that the imported modules of this program do not export. @throws DraftFailed */
  checkImports(): void {
    if (!this.draft.unit.strict) return
    for (const [index, link] of this.draft.unit.links.entries()) {
      const record = this.draft.unit.rewritten.imports[index]
      if (link.kind !== 'module' || record === undefined) continue
      const lacks = record.names.find((name) => name !== '*' && this.exportsOf(link.module, name, new Set()) === false)
      if (lacks === undefined) continue
      const error = new SyntaxError(`The requested module '${record.specifier}' does not provide an export named '${lacks}'`)
      throw new DraftFailed(this.draft.record.name, 'link_error', error, index)
    }
  }

  /** Undefined: only its evaluation will tell. */
  private exportsOf(module: ModuleName, name: string, seen: Set<ModuleName>): boolean | undefined {
    const unit = this.batch.get(module)?.unit ?? this.deps.table.get(module)?.current?.unit
    if (unit === undefined || unit.rewritten.format === 'commonjs') return undefined
    if (seen.has(module)) return false
    seen.add(module)
    if (unit.rewritten.exports.includes(name)) return true
    if (name === 'default') return false
    const answers = unit.rewritten.stars.map((index) => {
      const link = unit.links[index]
      return link?.kind === 'module' ? this.exportsOf(link.module, name, seen) : undefined
    })
    return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false
  }

  starExports(): Getters {
    const names: Getters = {}
    for (const index of this.draft.unit.rewritten.stars) {
      const link = this.draft.unit.links[index]
      if (link === undefined) continue
      const values = link.kind === 'module' ? this.deps.table.get(link.module)?.values : link.kind === 'native' ? this.native(link.target) : undefined
      for (const name of Object.keys(values ?? {})) if (name !== 'default') names[name] ??= () => values?.[name]
    }
    return names
  }

  bindings(): ImportBinding[] {
    return this.draft.unit.links.map((link, index) => {
      if (link.kind === 'module') return this.moduleBinding(link.module, index)
      const native = link.kind === 'native' ? this.native(link.target) : undefined
      if (native === undefined) this.unbound = true
      const namespace = native ?? {}
      return { calls: namespace, values: namespace, namespace }
    })
  }

  private native(target: string): Readonly<Record<string, unknown>> | undefined {
    return this.draft.unit.strict ? this.deps.natives.get(target) : this.deps.natives.asRequired(target)
  }

  private moduleBinding(module: ModuleName, index: number): ImportBinding {
    const member = this.batch.get(module)
    if (member !== undefined && !member.first && !member.committed && !this.draft.inOnLoad) {
      this.staged = true
      return member.imports.binding()
    }
    const record = this.deps.table.get(module)
    if (record === undefined) return { calls: {}, values: {}, namespace: {} }
    for (const name of this.draft.unit.rewritten.imports[index]?.names ?? []) record.expect(name)
    return record
  }

  /** What the members of the batch, itself included, see before the commit: exports that `define` may announce later. */
  binding(): ImportBinding {
    return (this.stagedBinding ??= this.makeBinding())
  }

  private makeBinding(): ImportBinding {
    const { record, instance } = this.draft
    // A top level may keep the namespace object: from the commit on it shows what the module's own shows.
    const shown = (): object => (this.draft.committed || this.draft.inOnLoad ? record.values : instance.exports)
    const call = (name: PropertyKey): unknown => (typeof name === 'string' ? instance.exports[name]?.() : undefined)
    const get = (name: PropertyKey): unknown => {
      if (shown() === record.values) return Reflect.get(record.values, name)
      const value = call(name)
      return typeof name === 'string' && isForwardable(value) ? record.funs.stage(instance.identities, name, value) : value
    }
    const calls = new Proxy<Table>({}, { get: (_, name) => call(name), has: (_, name) => name in instance.exports })
    const values = new Proxy<Table>({}, {
      get: (_, name) => get(name),
      has: (_, name) => name in shown(),
      ownKeys: () => Object.keys(shown()),
      getOwnPropertyDescriptor: (_, name) => (name in shown() ? { enumerable: true, configurable: true } : undefined),
    })
    return { calls, values, namespace: record.adopt(namespaceOf(values)) }
  }

  *loadNative(target: string, index: number, now: boolean): Steps<void> {
    try {
      if (this.deps.natives.get(target) === undefined) {
        if (now) this.deps.natives.loadNow(target)
        else yield this.deps.natives.load(target)
      }
      this.checkNames(target, index)
    } catch (error) {
      throw new DraftFailed(this.draft.record.name, 'link_error', error, index)
    }
  }

  /** What Node's linker checks: a package that lacks an imported name fails the load, it is not `undefined` later. */
  private checkNames(target: string, index: number): void {
    if (!this.draft.unit.strict) return
    const namespace = this.deps.natives.get(target)
    const record = this.draft.unit.rewritten.imports[index]
    if (namespace === undefined || record === undefined) return
    const lacks = record.names.find((name) => name !== '*' && !(name in namespace))
    if (lacks !== undefined) throw new SyntaxError(`The requested module '${record.specifier}' does not provide an export named '${lacks}'`)
  }
}

type Getters = Record<string, () => unknown>
