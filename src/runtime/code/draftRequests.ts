/** What the code of a version asks for while it runs: `import()` and `require`. */
import { codedError, thrownBy } from './draftFailed'
import type { Draft, DraftDeps } from './draft'
import type { Link } from '../link'
import type { ModuleName } from '../../protocol/ids'
import type { ModuleRecord } from './moduleTable'
import type { Answer } from '../node/nodeLoader'
import { stageOf } from './stage'
import { driveNow, drivePromise } from '../steps'

export class DraftRequests {
  constructor(private readonly draft: Draft, private readonly batch: ReadonlyMap<ModuleName, Draft>, private readonly deps: DraftDeps) {}

  require(specifier: string): Answer {
    const known = this.draft.unit.dynamic[specifier]
    const link = known !== undefined && this.isAtHand(known) ? known : this.deps.resolveNow(specifier, this.draft.unit.file)
    this.deps.entry.requirer = this.draft.instance.commonjs
    const member = link.kind === 'module' && this.draft.reload ? this.batch.get(link.module) : undefined
    return member === undefined || member === this.draft || member.committed ? this.deps.required(link) : { exports: this.requireMember(member) }
  }

  /** A module that is loaded with this one is evaluated first, as `require` does it; half of a cycle shows what is current. */
  private requireMember(member: Draft): unknown {
    const { record } = member
    if (!member.hasStarted) {
      const outcome = driveNow(member.evaluate(true))
      if (outcome === undefined) throw codedError('ERR_REQUIRE_ASYNC_MODULE', `require() of ${record.name} cannot wait for its top-level await; use import()`)
      if (!outcome.ok) throw outcome.error
      stageOf(this.batch).evaluated(member)
    }
    if (member.first) return member.instance.commonjs === undefined ? record.answer(member.instance) : record.view(member.instance.commonjs.exports)
    return record.answer(member.finished ? member.instance : record.current)
  }

  /** A file that did not compile when this module did, or that threw, is asked for again: it may be repaired, or there is a reason to tell. */
  private isAtHand(link: Link): boolean {
    if (link.kind !== 'module') return link.kind === 'native'
    if (this.deps.broken.has(link.module)) return false
    const record = this.deps.table.get(link.module)
    return record?.current !== undefined || record?.drafting !== undefined || this.deps.units.has(link.module)
  }

  /** `import()`: the namespace of a module, loaded now if it never was. */
  async import(specifier: string): Promise<unknown> {
    // In CommonJS the links were made for `require`, which has other conditions.
    const known = this.draft.unit.rewritten.format === 'commonjs' ? undefined : this.draft.unit.dynamic[specifier]
    const link = known !== undefined && this.isAtHand(known) ? known : await this.deps.resolve(specifier, this.draft.unit.file)
    const answer = await importLink(link, this.deps)
    return link.kind === 'native' && !this.draft.unit.strict ? this.deps.natives.asRequired(link.target) : answer
  }
}

export async function importLink(link: Link, { natives, requireModule }: Pick<DraftDeps, 'natives' | 'requireModule'>): Promise<unknown> {
  if (link.kind === 'failed') throw codedError(link.code, link.message)
  if (link.kind === 'native') return natives.get(link.target) ?? (await natives.load(link.target))
  const record = await drivePromise(requireModule(link.module, false))
  await evaluated(record)
  return record.namespace
}

/** Who imports a module that still awaits at its top level waits as well. */
async function evaluated({ current, drafting }: ModuleRecord): Promise<void> {
  const evaluation = (current ?? drafting?.instance)?.evaluation
  if (evaluation === undefined || evaluation.isDone) return
  try {
    await evaluation.promise
  } catch (error) {
    throw thrownBy(error)
  }
}
