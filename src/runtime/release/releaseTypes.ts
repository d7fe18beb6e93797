/** The shapes of upgrade plans: appup(4) and release_handler(3) in this package's terms. */
import type { ModuleRef } from '../code/codeApi'
import type { Pid } from '../process/pid'
import type { PurgeMethod, UpgradeDirection, UpgradePreview, UpgradeProblem, UpgradeReport } from '../../protocol/upgrade'

export type { PurgeMethod, UpgradeDirection, UpgradePreview, UpgradeProblem, UpgradeReport }

export interface Purging {
  /** What becomes of those who linger in the old code that must go first. `soft_purge`: they forbid the upgrade. Default `brutal_purge`: they are ended. */
  readonly prePurge?: PurgeMethod
  /** What becomes of the code that was current. `soft_purge`: dropped if nobody is in it; default `brutal_purge`: the same, and `makePermanent` ends who is left. */
  readonly postPurge?: PurgeMethod
  /** Modules of the plan whose state is changed before this one's (after it on the way down). */
  readonly deps?: readonly ModuleRef[]
}

/**
 * update           the processes that run the module are suspended while it is loaded, then go on in the new code. `change`:
 *                  'soft' (default) keeps their state, ['advanced', extra] calls `codeChange(oldVsn, state, extra)`, 'supervisor' reads `init` again
 * loadModule       it is loaded, nobody is suspended
 * addModule        it is loaded for the first time
 * deleteModule     it is deleted, old and current, after everything else
 * restart          children that run it are ended, it is loaded, they are started again
 * apply            a function is called: before everything when it is listed before the first module, else after the states were changed
 * pointOfNoReturn  what fails from the load on is not undone. Without it, that is so only once something was done that cannot be undone
 */
export type Instruction =
  | ({ readonly update: ModuleRef; readonly change?: 'soft' | 'supervisor' | readonly ['advanced', unknown]; readonly timeout?: number | 'infinity'
      /** 'static': on the way down, too, the code is loaded before the state is changed. Default 'dynamic'. */
      readonly modType?: 'static' | 'dynamic' } & Purging)
  | ({ readonly loadModule: ModuleRef } & Purging)
  | { readonly addModule: ModuleRef; readonly deps?: readonly ModuleRef[] }
  | ({ readonly deleteModule: ModuleRef } & Purging)
  | ({ readonly restart: ModuleRef } & Purging)
  | { readonly apply: readonly [ModuleRef, string, (readonly unknown[])?] }
  | { readonly pointOfNoReturn: true }

/** An upgrade description, as a value or as a file `*.upgrade.json`. */
export interface UpgradePlan {
  /** For people: 'chat 1 -> 2'. */
  readonly title?: string
  /**
   * Where the texts are when they are not in the modules' own files: a folder beside the plan, in which each text has the path
   * that its module's file has beside the plan. A string is that of `up`.
   */
  readonly texts?: string | { readonly up?: string; readonly down?: string }
  readonly up: readonly Instruction[]
  /** Default: `up` backwards, with what was added deleted. */
  readonly down?: readonly Instruction[]
}

export interface UpgradeOptions {
  /** Default 'up'. */
  readonly direction?: UpgradeDirection
  /** The folder that `texts` is seen from. Default: that of the plan's file; the working directory for a plan that has none. */
  readonly base?: string
}

/** release_handler(3). A plan is a value, or the path of its file. */
export interface Release {
  /** Whether it could run now. Nothing is done. */
  check(plan: UpgradePlan | string, options?: UpgradeOptions): Promise<'ok' | readonly ['error', readonly UpgradeProblem[]]>
  /** What would happen now, step by step. Nothing is done. */
  preview(plan: UpgradePlan | string, options?: UpgradeOptions): Promise<UpgradePreview>
  /** Checks it, then takes its steps. See `UpgradeReport` for how that may end; it never rejects for that. */
  run(plan: UpgradePlan | string, options?: UpgradeOptions): Promise<UpgradeReport>
  /**
   * release_handler:make_permanent/1 for the last upgrade: ends who is left in code that it was to purge brutally, and writes the
   * texts it loaded from a folder of the plan into the modules' own files, so that the next start begins with them.
   */
  makePermanent(): Promise<readonly ['ok', { readonly killed: readonly Pid[]; readonly written: readonly string[] }] | readonly ['error', 'no_upgrade']>
}
