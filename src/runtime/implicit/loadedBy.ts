/**
 * What a top level takes along without reading an import: functions that other modules made for it when it called them
 * (`registerRoutes(app)`), and what decorators say about their classes (`NestFactory.create(AppModule)`). Somebody it dealt with
 * may hold them for as long as the program runs, so it is loaded again with the module they come from.
 */
import type { AsyncLocalStorage } from 'node:async_hooks'
import timers from 'node:timers'
import type { ModuleName } from '../../protocol/ids'
import type { Process } from '../process/process'
import type { VersionRecord } from '../code/version'
import type { Ledger, MadeFunctions } from './ledger'
import { between, Origin } from './place'
import type { Places } from './place'

const later = timers.setTimeout
const MANY = 16
/** A chain of promises that a top level started and does not await (`connect().then(start)`) is part of it for so long. */
const CHAIN_MS = 10_000
/** So many calls of a function, in a row, that came by no other module than those before: no more of them are looked at. */
const MANY_WAYS = 64
/** So many objects that one call gave functions to are looked at. */
const MOST_OBJECTS = 16

export class LoadedBy {
  private readonly open = new Set<Process>()
  /** Those that may have begun such a chain, a while ago at most. */
  private readonly chains = new Set<Process>()

  /** Generated code looks at the first element of `opening` before it tells anything: it is zero when every top level has come to its end. */
  constructor(private readonly storage: AsyncLocalStorage<Process>, private readonly places: Places, private readonly opening: number[]) {}

  /** @param chains it may begin chains of promises that it does not await */
  begins(process: Process, chains: boolean): void {
    if (this.open.size >= MANY) this.sweep()
    this.open.add(process)
    this.opening[0] = this.open.size
    if (!chains) return
    this.chains.add(process)
    later(() => {
      this.chains.delete(process)
      this.sweep()
    }, CHAIN_MS).unref()
  }

  /** A function of `by` runs, and makes functions; `gives`: it gives some to another module, which matters also when the top level is its own. */
  made(by: VersionRecord, index: number, gives: boolean, callee: (index: number) => void): void {
    const ledger = this.ledger()
    if (ledger === undefined || (ledger.module === by.module && !gives)) return
    const key = `${by.module} ${index}`
    const known = ledger.uses.get(key)
    if (known !== undefined && (known.kind !== 'functions' || known.looks === 0)) return
    if (ledger.module === by.module) return void ledger.uses.set(key, { kind: 'gave', by, index })
    const use = known ?? { kind: 'functions', by, index, through: new Set(), looks: MANY_WAYS }
    ledger.uses.set(key, use)
    // Now: later the scripts of those who are on the stack may be forgotten.
    this.addWay(use, between(new Origin(this.places, callee).all, by.module, ledger.module))
  }

  private addWay(use: MadeFunctions, modules: readonly ModuleName[]): void {
    const known = use.through.size
    for (const module of modules) use.through.add(module)
    use.looks = use.through.size > known ? MANY_WAYS : use.looks - 1
  }

  /** A call of `by` gives functions to an object. */
  gave(by: VersionRecord, index: number, object: object): void {
    const ledger = this.ledger()
    if (ledger === undefined) return
    const key = `${by.module} gives ${index}`
    const known = ledger.uses.get(key)
    const objects = known?.kind === 'received' ? known.objects : []
    if (known === undefined) ledger.uses.set(key, { kind: 'received', by, index, objects })
    if (objects.length < MOST_OBJECTS && !objects.some((one) => one.deref() === object)) objects.push(new WeakRef(object))
  }

  passed(by: VersionRecord, { module, name }: { readonly module: ModuleName; readonly name: string }): void {
    this.ledgerOfOther(module)?.uses.set(`${module} "${name}"`, { kind: 'passed', by: module, name, through: by.module })
  }

  /** A package loaded the module, and may keep values of it. */
  taken(by: ModuleName, names: readonly string[]): void {
    const [name] = names
    if (name !== undefined) this.ledgerOfOther(by)?.uses.set(`${by} taken`, { kind: 'taken', by, name })
  }

  readMetadata(by: ModuleName, className: string): void {
    if (this.opening[0] !== 0) this.ledgerOfOther(by)?.uses.set(by, { kind: 'metadata', by, className })
  }

  /** Of the top level that runs, when it is another module's. */
  private ledgerOfOther(by: ModuleName): Ledger | undefined {
    const ledger = this.ledger()
    return ledger?.module === by ? undefined : ledger
  }

  private ledger(): Ledger | undefined {
    const process = this.storage.getStore()
    if (process !== undefined && this.open.has(process) && !this.isOver(process)) return process.ledger
    if (this.open.size > this.chains.size) this.sweep()
    return undefined
  }

  private isOver(process: Process): boolean {
    return process.ended && !this.chains.has(process)
  }

  private sweep(): void {
    for (const process of this.open) if (this.isOver(process)) this.open.delete(process)
    this.opening[0] = this.open.size
  }
}
