/** `import.meta.hot` for the type checker: `"types": ["codeswitch/client"]` in tsconfig.json. Not together with `vite/client`, which declares the same. */
import type { HotContext } from './hotContext'

declare global {
  interface ImportMeta {
    readonly hot?: HotContext
  }
}

export type { HotContext, HotEvents, HotPayload, HotUpdate, ModuleNamespace } from './hotContext'
