/**
 * The code server as programs and the shell see it. Names are OTP's in camelCase, results OTP's terms: atoms are string
 * literals, tuples arrays. Source of the semantics: OTP code(3), c(3); see docs/OTP.md for each deliberate difference.
 * A module is named by its name, a unique last part of it, or its namespace object.
 */
import type { Pid, Ref } from './pid'

export type ModuleRef = string | object

export type Loaded = readonly ['module', string]
export type LoadErrorReason = 'badfile' | 'nofile' | 'not_purged' | 'sticky_directory' | 'on_load_failure' | 'on_load_not_allowed' | 'pending_on_load' | 'duplicated' | 'ambiguous'
export type LoadError = readonly ['error', LoadErrorReason]
export type BatchError = readonly ['error', readonly (readonly [string, LoadErrorReason])[]]

export interface CodeApi {
  /** c:l/1: load what is on disk, purging old code (those who linger there are ended) once the new code is sure to load. */
  l(module: ModuleRef): Promise<Loaded | LoadError>
  /** c:c/1: compile and load as `l` does; `'error'` when the text does not compile (the problems are printed). */
  c(module: ModuleRef): Promise<readonly ['ok', string] | 'error' | LoadError>
  /** code:load_file/1: never purges; `not_purged` when the old slot is taken. */
  loadFile(module: ModuleRef): Promise<Loaded | LoadError>
  loadAbs(file: string): Promise<Loaded | LoadError>
  /** code:load_binary/3: `text` is source; purges like OTP's, after the text has proved to load. */
  loadBinary(module: ModuleRef, file: string, text: string): Promise<Loaded | LoadError>
  ensureLoaded(module: ModuleRef): Promise<Loaded | LoadError>
  atomicLoad(modules: readonly (ModuleRef | readonly [ModuleRef, string, string])[]): Promise<'ok' | BatchError>
  prepareLoading(modules: readonly (ModuleRef | readonly [ModuleRef, string, string])[]): Promise<readonly ['ok', object] | BatchError>
  finishLoading(prepared: object): Promise<'ok' | BatchError>
  /** code:purge/1: true iff at least one process was killed. */
  purge(module: ModuleRef): boolean
  /** code:soft_purge/1: false (and nothing happens) when somebody lingers. */
  softPurge(module: ModuleRef): boolean
  /** code:delete/1: current becomes old; false when there is old code or the name was never loaded. */
  delete(module: ModuleRef): boolean
  /** Ours: old becomes current again and current old, without a third load; nobody is killed. */
  rollback(module: ModuleRef): Loaded | LoadError
  checkOldCode(module: ModuleRef): boolean
  checkProcessCode(pid: Pid, module: ModuleRef): boolean
  isLoaded(module: ModuleRef): readonly ['file', string] | false
  allLoaded(): (readonly [string, string])[]
  loaded(): string[]
  moduleStatus(module: ModuleRef): 'not_loaded' | 'loaded' | 'modified' | 'removed'
  modifiedModules(): string[]
  functionExported(module: ModuleRef, name: string, arity?: number): boolean
  /** c:mm/0, c:lm/0. */
  mm(): string[]
  lm(): Promise<(Loaded | LoadError)[]>
  stick(module: ModuleRef): true
  unstick(module: ModuleRef): true
  which(module: ModuleRef): string | 'non_existing'
  /** Versions of a module: the numbers in the two slots, 0 when empty. */
  versions(module: ModuleRef): { readonly current: number; readonly old: number }
}

/** What the process part needs of the code part, injected so that neither imports the other. */
export interface CodeLookup {
  /** The exported function of current code; undefined when the module is not loaded or exports no such function. */
  exported(module: string, name: string): ((...args: never[]) => unknown) | undefined
  /** The name of the module a namespace object belongs to, for people; undefined when it is none of the code server's. */
  nameOf?(namespace: object): string | undefined
}
export type { Pid, Ref }
