/**
 * `import.meta.hot`, as Vite defines it (vitejs.dev/guide/api-hmr, types/hot.d.ts). What differs, because every module can be
 * reloaded here and a load that fails changes nothing:
 *   accept()      needs to be called by nobody: a module is always reloaded on its own. The callback is called after the commit.
 *   dispose       runs at the commit, before what the old top level opened is released; or earlier, when the new top level first
 *                 reads `data`, because that is where dispose callbacks leave things. If that load fails they are called again at
 *                 the next one. A version that fails to load disposes of what it did itself.
 *   data          what it holds (a server, a timer) is not released: it belongs to the next version.
 *   send          there is no dev server: what is sent is heard by `on` of all modules.
 * Outside Codeswitch `import.meta.hot` is undefined, so `if (import.meta.hot)` keeps it out of production.
 */
export interface HotContext {
  /** One object for all versions of the module. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as in Vite: what is in it only the module knows
  readonly data: any

  accept(): void
  /** After a reload of this module: called by the version that was replaced, with the new namespace. */
  accept(callback: (module: ModuleNamespace | undefined) => void): void
  /** After a reload of something this module imports. */
  accept(dependency: string, callback: (module: ModuleNamespace | undefined) => void): void
  /** One entry for each dependency: the namespace of those that were reloaded. */
  accept(dependencies: readonly string[], callback: (modules: (ModuleNamespace | undefined)[]) => void): void
  acceptExports(names: string | readonly string[], callback?: (module: ModuleNamespace | undefined) => void): void

  /** Cleans up after the version that calls it, when it is replaced or deleted. */
  dispose(callback: (data: HotContext['data']) => void): void
  /** When the module is deleted. */
  prune(callback: (data: HotContext['data']) => void): void
  /** Does nothing, as in Vite. */
  decline(): void
  /** A module that finds it cannot be reloaded alone: its importers are loaded again. */
  invalidate(message?: string): void

  on<E extends string>(event: E, callback: (payload: HotPayload<E>) => void): void
  off<E extends string>(event: E, callback: (payload: HotPayload<E>) => void): void
  send(event: string, payload?: unknown): void
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as in Vite: callers name the exports they know
export type ModuleNamespace = Record<string, any> & { readonly [Symbol.toStringTag]: 'Module' }

export interface HotUpdate {
  readonly type: 'update'
  readonly updates: readonly { readonly type: 'js-update'; readonly path: string; readonly acceptedPath: string; readonly timestamp: number }[]
}
export interface HotEvents {
  readonly 'vite:beforeUpdate': HotUpdate
  readonly 'vite:afterUpdate': HotUpdate
  readonly 'vite:beforePrune': { readonly type: 'prune'; readonly paths: readonly string[] }
  readonly 'vite:invalidate': { readonly path: string; readonly message: string | undefined }
}
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- custom events carry what their sender says
export type HotPayload<E extends string> = E extends keyof HotEvents ? HotEvents[E] : any
