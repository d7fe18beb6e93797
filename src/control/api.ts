/** The requests of the outside (editor, CLI) on a running host. */
import type { ModuleNames } from '../compile/moduleNames'
import type { LoadParams, LoadReport, PurgeReport, Refusal, Requests } from '../protocol/messages'
import type { ModuleName } from '../protocol/ids'
import type { Snapshot } from '../protocol/snapshot'
import type { Picture, PictureModule } from '../runtime/link'
import type { Batches } from './batches'
import { processPage, processView } from './composeSnapshot'
import type { Why } from './diagnosis/why'
import type { Loader } from './loader'
import type { MainLink } from './mainLink'
import type { Texts } from './texts'
import type { Turns } from './turns'

export type Api = { readonly [M in keyof Requests]: (params: Requests[M][0]) => Promise<Requests[M][1]> }

export interface ApiDeps {
  readonly main: MainLink
  readonly loader: Loader
  readonly turns: Turns
  readonly names: ModuleNames
  readonly batches: Batches
  readonly texts: Texts
  readonly why: Why
  /** A load, or another start of a program that did not start. */
  load(params: LoadParams): Promise<LoadReport | Refusal>
  /** Compiles these files without waiting: a load that follows finds them compiled. */
  prepare(files: readonly string[]): void
  picture(): Picture
  snapshot(): Snapshot
  /** Takes a new picture and tells everybody. */
  refresh(): Promise<Snapshot>
}

export function createApi(deps: ApiDeps): Api {
  const { main, loader, turns, names, batches, texts } = deps
  const found = <T>(text: string, use: (name: ModuleName, view: PictureModule) => Promise<T | Refusal>): Promise<T | Refusal> => {
    const match = names.find(text)
    if (match.kind === 'ambiguous') return Promise.resolve({ error: 'ambiguous_module', message: `${text} could be ${match.names.join(' or ')}` })
    const view = match.kind === 'one' ? deps.picture().modules.find((module) => module.name === match.name) : undefined
    if (match.kind !== 'one' || view === undefined) return Promise.resolve({ error: 'unknown_module', message: `no module is called ${text}` })
    return use(match.name, view)
  }
  const purge = async (module: ModuleName, soft: boolean): Promise<PurgeReport> => {
    const { result, killed } = await main.request('purge', { module, soft })
    return { module, result, killed }
  }
  const noproc = (pid: string): Refusal => ({ error: 'noproc', message: `no process ${pid}` })
  const settled = async <T>(value: T): Promise<T> => {
    await deps.refresh()
    return value
  }
  return {
    load: (params) => deps.load(params),
    prepare: async ({ files }) => {
      deps.prepare(files)
      return {}
    },
    loadStaged: async ({ module, kill }) => {
      const all = batches.allStaged()
      const id = module === undefined ? all[0]?.id : all.find((batch) => batch.reload.some((name) => name === module || nameOf(names, module) === name))?.id
      if (id === undefined) return { error: 'nothing_staged', message: module === undefined ? 'nothing is staged' : `${module} is not staged` }
      return loader.loadStaged(id, kill)
    },
    discardStaged: async ({ module }) => {
      const all = batches.allStaged().filter((batch) => module === undefined || batch.reload.some((name) => name === module || nameOf(names, module) === name))
      if (all.length === 0) return { error: 'nothing_staged', message: module === undefined ? 'nothing is staged' : `${module} is not staged` }
      if (all.every((batch) => batch.loading === true)) return { error: 'nothing_staged', message: 'it is too late: what was staged is being loaded' }
      return { discarded: await loader.discard(all.flatMap((batch) => (batch.loading === true ? [] : [batch.id]))) }
    },
    purge: ({ module, soft }) => found(module, (name) => turns.serially(async () => settled(await purge(name, soft)))),
    purgeAll: ({ soft }) => turns.serially(async () => {
      const old = deps.picture().modules.filter((module) => module.old !== undefined)
      const modules: PurgeReport[] = []
      for (const module of old) modules.push(await purge(module.name, soft))
      return settled({ modules })
    }),
    delete: ({ module }) => found(module, (name) => turns.serially(async () => settled({ module: name, ...(await main.request('delete', { module: name })) }))),
    rollback: ({ module }) => found(module, (name) => turns.serially(async () => {
      const started = Date.now()
      const result = await main.request('rollback', { module: name })
      if ('error' in result) return { error: 'no_old_code', message: `${name} has no old version to go back to` }
      const outcome = { module: name, kind: 'loaded', version: result.version, killed: [] } as const
      return settled({ batch: 0, ok: true, origin: 'rollback' as const, at: started, tookMs: Date.now() - started, outcomes: [outcome] })
    })),
    previewUpgrade: (params) => main.request('previewUpgrade', params),
    runUpgrade: async (params) => settled(await main.request('runUpgrade', params)),
    snapshot: () => deps.refresh(),
    processes: async (params) => {
      const picture = await main.request('page', params)
      return processPage(picture, deps)
    },
    inspect: async ({ pid }) => {
      const details = await main.request('inspect', { pid })
      return details === undefined ? noproc(pid) : { ...details, process: processView(details.process, deps) }
    },
    kill: async ({ pid, reason }) => {
      const killed = await main.request('kill', { pid, reason: reason ?? 'kill' })
      return killed ? settled({ killed }) : noproc(pid)
    },
    send: async ({ pid, text }) => {
      const sent = await main.request('send', { pid, text })
      return sent === true ? settled({ sent: true as const }) : sent
    },
    source: ({ module, slot }) => found(module, async (name, view) => {
      const version = slot === 'current' ? view.current : view.old
      const text = version === undefined ? undefined : texts.get(name, version.hash)?.text
      if (version === undefined || text === undefined) return { error: 'no_old_code', message: `${name} has no ${slot} version` }
      return { module: name, version: version.version, slot, file: view.file, text }
    }),
    why: (params) => found(params.module, (name) => deps.why.answer(name, params)),
    cancelWhy: async () => ({ cancelled: deps.why.cancel() }),
    shell: async (line) => settled(await main.request('shell', line)),
    configure: async ({ purgePolicy, purgeGrace }) => {
      if (purgePolicy !== undefined) loader.purgePolicy = purgePolicy
      if (purgeGrace !== undefined) loader.purgeGrace = purgeGrace
      return {}
    },
    openInspector: () => main.request('openInspector', {}),
    shutdown: async () => {
      await main.request('shutdown', { exitCode: 0 })
      return {}
    },
  }
}

const nameOf = (names: ModuleNames, text: string): ModuleName | undefined => {
  const match = names.find(text)
  return match.kind === 'one' ? match.name : undefined
}
