/**
 * What an upgrade plan would do, and what it came to: plain JSON, for the editor, the shell and programs alike. The words are
 * those of OTP's appup(4) and release_handler(3).
 */
import type { ModuleName, PidText, Version } from './ids'
import type { SupervisorRiskView } from './snapshot'

/** `down` undoes what `up` does, as OTP's downgrade. */
export type UpgradeDirection = 'up' | 'down'
export type PurgeMethod = 'soft_purge' | 'brutal_purge'

export type UpgradeProblemReason =
  /** The plan itself is no plan. */
  | 'bad_plan'
  /** Somebody lingers in old code that the plan must not purge brutally. */
  | 'old_processes'
  /** It is to be loaded and nobody ever loaded it; or it is to be added and is there. */
  | 'not_loaded' | 'already_loaded'
  | 'nofile' | 'badfile' | 'sticky_directory'
  /** Its state is to be changed, and the code that would have to do it exports no codeChange. */
  | 'undef'
  /** The one who asks would have to be suspended, or the code it runs would be loaded while it waits. */
  | 'calling_self'
  /** A child that is to be restarted cannot be (simpleOneForOne). */
  | 'simple_one_for_one'
  /** Another upgrade is under way. */
  | 'busy'

export interface UpgradeProblem {
  readonly reason: UpgradeProblemReason
  readonly module?: string
  /** A sentence. */
  readonly message: string
}

export interface UpgradeProcess {
  readonly pid: PidText
  readonly name: string | undefined
  readonly label: string
  /** False: no behaviour of this package, it may never answer. It is not waited for longer than the timeout. */
  readonly answers: boolean
}

export interface UpgradeLoad {
  readonly module: ModuleName
  /** Undefined: it is not loaded. */
  readonly from: Version | undefined
  readonly to: Version
  /** Absolute path of the text that is loaded. */
  readonly text: string
  /** It is the text that runs already. */
  readonly same: boolean
  /** Who lingers in the code that has to go (at most 200), and how many. */
  readonly kills: readonly UpgradeProcess[]
  readonly killed: number
}

/** One after the other. What is not there is not done. */
export type UpgradeStep =
  | { readonly step: 'apply'; readonly call: string }
  | { readonly step: 'suspend'; readonly module: ModuleName; readonly processes: readonly UpgradeProcess[] }
  | { readonly step: 'codeChange'; readonly direction: UpgradeDirection; readonly module: ModuleName; readonly oldVsn: string; readonly extra: string; readonly processes: readonly UpgradeProcess[] }
  | { readonly step: 'stop' | 'start'; readonly module: ModuleName; readonly processes: readonly UpgradeProcess[] }
  /** All of them at once: nobody sees some new and some old. */
  | { readonly step: 'load'; readonly modules: readonly UpgradeLoad[]; readonly supervisors: readonly SupervisorRiskView[] }
  /** What fails before it is undone; what fails after it stays as it is, and the report says how. */
  | { readonly step: 'pointOfNoReturn'; readonly why: string }
  | { readonly step: 'delete'; readonly module: ModuleName; readonly version: Version | undefined; readonly killed: number }
  | { readonly step: 'resume'; readonly processes: number }
  /** Who is in code that will then be old, at this moment. Soft: it stays when somebody does; brutal: until the upgrade is made permanent. */
  | { readonly step: 'purge'; readonly module: ModuleName; readonly method: PurgeMethod; readonly lingering: number }

export interface UpgradePreview {
  readonly title: string
  readonly direction: UpgradeDirection
  /** Nothing stands against running it. */
  readonly ok: boolean
  readonly problems: readonly UpgradeProblem[]
  readonly steps: readonly UpgradeStep[]
}

export interface Unpurged { readonly module: ModuleName; readonly method: PurgeMethod; readonly lingering: number }

/**
 * done     every step was taken; `unpurged` still have old code with somebody in it
 * refused  nothing was done
 * undone   a step failed before the point of no return: code and states are as before, everybody goes on
 * stopped  a step failed after it: `state` says what is
 */
export type UpgradeReport =
  | { readonly kind: 'done'; readonly title: string; readonly direction: UpgradeDirection; readonly tookMs: number; readonly loaded: readonly LoadedModule[]
      readonly killed: readonly PidText[]; readonly unpurged: readonly Unpurged[]; readonly unanswered: readonly UpgradeProcess[] }
  | { readonly kind: 'refused'; readonly title: string; readonly direction: UpgradeDirection; readonly problems: readonly UpgradeProblem[] }
  | { readonly kind: 'undone'; readonly title: string; readonly direction: UpgradeDirection; readonly step: string; readonly reason: string }
  | { readonly kind: 'stopped'; readonly title: string; readonly direction: UpgradeDirection; readonly step: string; readonly reason: string; readonly state: StoppedState }

export interface LoadedModule { readonly module: ModuleName; readonly version: Version }

/** Where an upgrade is that failed half way. */
export interface StoppedState {
  /** What is current of the plan's modules. */
  readonly current: readonly LoadedModule[]
  /** These have the state for that code and go on. */
  readonly changed: readonly UpgradeProcess[]
  /** These have a state of another version: they stay suspended until somebody changes (`sys.changeCode`), resumes or ends them. */
  readonly suspended: readonly UpgradeProcess[]
  /** These were ended to be started again, and were not. */
  readonly stopped: readonly string[]
  readonly killed: readonly PidText[]
}
