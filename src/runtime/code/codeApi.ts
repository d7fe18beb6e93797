/**
 * The code server as programs and the shell see it. Names are OTP's in camelCase, results OTP's terms: atoms are string
 * literals, tuples arrays. Source of the semantics: OTP code(3), c(3); see docs/OTP.md for each deliberate difference.
 * A module is named by its name, a unique last part of it, or its namespace object.
 */
import type { Pid, Ref } from '../process/pid'

export type ModuleRef = string | object

export type Loaded = readonly ['module', string]
export type LoadErrorReason = 'badfile' | 'nofile' | 'not_purged' | 'sticky_directory' | 'on_load_failure' | 'on_load_not_allowed' | 'pending_on_load' | 'duplicated' | 'ambiguous' | 'embedded'
export type LoadError = readonly ['error', LoadErrorReason]
export type BatchError = readonly ['error', readonly (readonly [string, LoadErrorReason])[]]

/** A module, or a module with the text to load instead of what is on disk: [module, file, source or object code]. */
export type Wanted = ModuleRef | readonly [module: ModuleRef, file: string, text: string | ObjectCode]

/** What `getObjectCode` answers: a text that compiles, and the module it belongs to. Loading it as another module is a `badfile`. */
export interface ObjectCode {
  readonly module: string
  readonly file: string
  readonly text: string
}

/** See `moduleInfo`. */
export interface ModuleInfo {
  readonly module: string
  /** [name, number of parameters]; of functions only. */
  readonly exports: readonly (readonly [string, number])[]
  /** `vsn` is the module's own `export const vsn`, else the digest as a number. */
  readonly attributes: readonly (readonly ['vsn', readonly unknown[]])[]
  readonly compile: readonly (readonly ['source', string])[]
  readonly md5: string
}

export interface CodeApi {
  /** c:l/1: load what is on disk, purging old code (those who linger there are ended) once the new code is sure to load. */
  l(module: ModuleRef): Promise<Loaded | LoadError>
  /** c:c/1: compile and load as `l` does; `'error'` when the text does not compile (the problems are printed). */
  c(module: ModuleRef): Promise<readonly ['ok', string] | 'error' | LoadError>
  /** c:lc/1: compile only; the problems are printed. */
  lc(modules: readonly ModuleRef[]): Promise<'ok' | 'error'>
  /** code:load_file/1: never purges; `not_purged` when the old slot is taken and current would need it. */
  loadFile(module: ModuleRef): Promise<Loaded | LoadError>
  /** code:load_abs/1: by file, with or without extension. Another file is another module: a module's name is its path. */
  loadAbs(file: string): Promise<Loaded | LoadError>
  /** code:load_binary/3: `binary` is source or object code; purges like OTP's, after it has proved to load. `file` is what `isLoaded` answers; `''` marks generated code. */
  loadBinary(module: ModuleRef, file: string, binary: string | ObjectCode): Promise<Loaded | LoadError>
  /** code:ensure_loaded/1: never loads again; `embedded` in embedded mode. */
  ensureLoaded(module: ModuleRef): Promise<Loaded | LoadError>
  ensureModulesLoaded(modules: readonly ModuleRef[]): Promise<'ok' | BatchError>
  /** code:atomic_load/1: all or none, purges nothing, refuses modules with `onLoad`. */
  atomicLoad(modules: readonly Wanted[]): Promise<'ok' | BatchError>
  /** code:prepare_loading/1: compiles now; nothing is visible until it is finished. */
  prepareLoading(modules: readonly Wanted[]): Promise<readonly ['ok', object] | BatchError>
  /** code:finish_loading/1: loads what was prepared, not what is on disk by now. A refusal does not consume the handle. @throws TypeError for one that was consumed */
  finishLoading(prepared: object): Promise<'ok' | BatchError>
  /** code:purge/1: true iff at least one process was killed. */
  purge(module: ModuleRef): boolean
  /** code:soft_purge/1: false (and nothing happens) when somebody lingers. */
  softPurge(module: ModuleRef): boolean
  /** code:delete/1: current becomes old; false when there is old code or the name was never loaded. */
  delete(module: ModuleRef): boolean
  /** Ours: old becomes current again and current old, without a third load; nobody is killed. */
  rollback(module: ModuleRef): Loaded | LoadError
  /** erlang:check_old_code/1. */
  checkOldCode(module: ModuleRef): boolean
  /** erlang:check_process_code/2,3: does the process linger in old code. `async`: the answer is a message `['checkProcessCode', id, boolean]`. */
  checkProcessCode(pid: Pid, module: ModuleRef): boolean
  checkProcessCode(pid: Pid, module: ModuleRef, options: { readonly async: unknown }): 'async'
  checkProcessCode(pid: Pid, module: ModuleRef, options: { readonly allowGc?: boolean }): boolean
  /** code:is_loaded/1; of Node's own modules ['file', 'preloaded']. */
  isLoaded(module: ModuleRef): readonly ['file', string] | false
  /** code:all_loaded/0: current code only. */
  allLoaded(): (readonly [string, string])[]
  /** erlang:loaded/0: with modules that have only old code. */
  loaded(): string[]
  /** code:module_status/1: compares what the texts do, so comments and names of local variables make no difference. */
  moduleStatus(module: ModuleRef): 'not_loaded' | 'loaded' | 'modified' | 'removed'
  modifiedModules(): string[]
  /** erlang:function_exported/3: of current code. `arity`: the number of parameters the function declares. */
  functionExported(module: ModuleRef, name: string, arity?: number): boolean
  /** M:module_info/0,1: of current code. @throws UndefError when the module is not loaded */
  moduleInfo(module: ModuleRef): ModuleInfo
  moduleInfo<K extends keyof ModuleInfo>(module: ModuleRef, key: K): ModuleInfo[K]
  /** code:module_md5/1: a digest of what current code (or an object code) does. */
  moduleMd5(module: ModuleRef | ObjectCode): string | undefined
  /** code:get_object_code/1: what is on disk, compiled. */
  getObjectCode(module: ModuleRef): Promise<readonly [string, ObjectCode, string] | 'error'>
  /** erlang:apply/3: a qualified call by name. Loads the module if it must. @throws UndefError, and whatever the function throws */
  apply(module: ModuleRef, name: string, args?: readonly unknown[]): Promise<unknown>
  /** c:mm/0, c:lm/0. */
  mm(): string[]
  lm(): Promise<(Loaded | LoadError)[]>
  /** A sticky module that is loaded cannot be loaded again; after `delete` it can. Node's own modules always are. */
  stick(module: ModuleRef): true
  unstick(module: ModuleRef): true
  isSticky(module: ModuleRef): boolean
  /** code:stick_dir/1: every module of the folder. */
  stickDir(folder: string): 'ok'
  unstickDir(folder: string): 'ok'
  /** code:which/1. */
  which(module: ModuleRef): string | 'preloaded' | 'non_existing'
  /** code:get_mode/0. With CODESWITCH_MODE=embedded in its environment a program loads nothing because it is called. */
  getMode(): 'interactive' | 'embedded'
  /** Versions of a module: the numbers in the two slots, 0 when empty. */
  versions(module: ModuleRef): { readonly current: number; readonly old: number }
}

/** What the process part needs of the code part, injected so that neither imports the other. */
export interface CodeLookup {
  /** The exported function of current code; undefined when it exports no such function. For a module that is not loaded: one that loads it and then calls. */
  exported(module: string, name: string): ((...args: never[]) => unknown) | undefined
  /** The name of the module a namespace object belongs to, for people; undefined when it is none of the code server's. */
  nameOf?(namespace: object): string | undefined
  /** A call of what `exported` does not find: the module's `$handleUndefinedFunction`. @throws UndefError when it has none */
  call?(module: string, name: string, args: readonly unknown[]): unknown
}
export type { Pid, Ref }
