/** Every version's ledger, and which of them a load replaces. */
import type { ModuleName } from '../../protocol/ids'
import { lingering } from '../process/frames'
import type { Process } from '../process/process'
import type { VersionRecord } from '../code/version'
import type { ExportedObject, Opener } from '../link'
import { Ledger } from './ledger'
import type { HeldKind, Use } from './ledger'
import { between } from './place'

/** Something that is open, and who opened it where. `target` is what the program holds of it. */
export interface HeldView {
  readonly kind: HeldKind
  readonly label: string
  readonly target: object
  readonly file?: string
  readonly line?: number
}

export interface LedgersDeps {
  /** Whether a newer version of the module is being evaluated. */
  isReloading(module: ModuleName): boolean
  /** A function of a version, by its index. */
  functionAt(version: VersionRecord, index: number): { readonly name: string; readonly line: number } | undefined
  /** Where modules export these. */
  exportersOf(objects: readonly object[]): (object: object) => readonly ExportedObject[]
}

export class Ledgers {
  private readonly drafts = new Map<VersionRecord, Ledger>()
  /** Of the versions whose resources are in use: after a rollback that is not the current one. */
  private readonly live = new Map<ModuleName, Ledger>()

  constructor(private readonly deps: LedgersDeps) {}

  /** The process is about to run the top level of this version. */
  open(process: Process, version: VersionRecord): void {
    const live = this.live.get(version.module)
    const ledger = live?.version === version ? live : (this.drafts.get(version) ?? new Ledger(version.module, version))
    if (ledger.state === 'draft') this.drafts.set(version, ledger)
    ledger.again = live !== undefined && live !== ledger
    ledger.processes.push(process)
    process.ledger = ledger
  }

  /** The version that is live when this one is loaded. */
  before({ module }: Ledger): Ledger | undefined {
    return this.live.get(module)
  }

  /** Versions that are replaced together with that of `ledger`, or by it. */
  replacedBy(ledger: Ledger): readonly Ledger[] {
    return [...this.live.values()].filter((one) => one !== ledger && (one.module === ledger.module || this.deps.isReloading(one.module)))
  }

  /** @returns the ledger of the version that is live now, and the one it replaces. */
  commit(version: VersionRecord): { readonly next: Ledger; readonly old: Ledger | undefined } {
    const old = this.live.get(version.module)
    const next = this.drafts.get(version) ?? new Ledger(version.module, version)
    this.drafts.delete(version)
    next.state = 'live'
    this.live.set(version.module, next)
    return { next, old: old === next ? undefined : old }
  }

  /**
   * Modules whose code opened something for the top level of another one (`start()` in `main`): code that is replaced would go on
   * serving, so that other one has to be loaded again as well.
   */
  openers(): readonly Opener[] {
    const found: Opener[] = []
    const exporters = this.deps.exportersOf([...this.live.values()].flatMap(({ uses }) => [...uses.values()].flatMap(receivers)))
    for (const ledger of this.live.values()) {
      if (ledger.isEmpty) continue
      const opened = new Map<ModuleName, Opener>()
      for (const { label, origin, lasting } of ledger.all()) {
        const places = lasting ? (origin?.all ?? []) : []
        for (const [index, { module, line }] of places.entries()) {
          if (module === ledger.module) continue
          const through = between(places.slice(index), module, ledger.module)
          const known = opened.get(module)
          if (known === undefined) opened.set(module, { kind: 'opened', name: undefined, module: ledger.module, by: module, what: label, line, through })
          else opened.set(module, { ...known, through: [...new Set([...known.through, ...through])] })
        }
      }
      found.push(...opened.values())
      for (const use of ledger.uses.values()) if (use.kind !== 'functions' || !isAtWork(ledger, use.by)) found.push(this.userOf(ledger, use, exporters))
    }
    return found
  }

  private userOf({ module }: Ledger, use: Use, exporters: (object: object) => readonly ExportedObject[]): Opener {
    const plain = { module, name: undefined, what: '', line: 0, through: [] }
    switch (use.kind) {
      case 'passed':
        return { ...plain, kind: 'passed', by: use.by, name: use.name, what: use.through }
      case 'taken':
        return { ...plain, kind: 'taken', by: use.by, what: use.name }
      case 'metadata':
        return { ...plain, kind: 'metadata', by: use.by, what: use.className }
      case 'gave':
        return { ...plain, kind: 'gave', by: use.by.module, made: madeBy(use) }
      case 'received':
        return { ...plain, kind: 'received', by: use.by.module, made: madeBy(use), to: receivers(use).flatMap(exporters) }
      case 'functions': {
        const { name, line } = this.deps.functionAt(use.by, use.index) ?? { name: '(anonymous)', line: 0 }
        return { ...plain, kind: 'functions', by: use.by.module, what: name, line, made: madeBy(use), through: [...use.through] }
      }
    }
  }

  /** What the top level of this version has open. */
  heldBy(version: VersionRecord): readonly HeldView[] {
    const live = this.live.get(version.module)
    const ledger = live?.version === version ? live : this.drafts.get(version)
    return (ledger?.all() ?? []).map(({ kind, label, target, origin }) => {
      const place = origin?.all[0]
      return { kind, label, target, ...(place === undefined ? {} : { file: place.file, line: place.line }) }
    })
  }

  forgetGone(): void {
    for (const ledger of [...this.live.values(), ...this.drafts.values()]) ledger.forgetGone()
  }

  /** A draft that failed. */
  discard(version: VersionRecord): Ledger | undefined {
    const draft = this.drafts.get(version)
    this.drafts.delete(version)
    return draft
  }

  /** The module was deleted. */
  forget(module: ModuleName): Ledger | undefined {
    const ledger = this.live.get(module)
    this.live.delete(module)
    return ledger
  }
}

/** Its top level still waits in that code (a main loop): run again, it would be at work twice. */
const isAtWork = (ledger: Ledger, version: VersionRecord): boolean => lingering(version).some((process) => process.ledger === ledger)

const madeBy = ({ by, index }: Extract<Use, { readonly index: number }>): NonNullable<Opener['made']> => ({ index, version: by.version })

/** Objects that were given functions, and are still there. */
const receivers = (use: Use): object[] => (use.kind === 'received' ? use.objects.flatMap((held) => held.deref() ?? []) : [])
