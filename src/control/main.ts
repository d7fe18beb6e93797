/** The control thread of the runtime host: talks to the outside, compiles, decides. It stays responsive while user code spins. */
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { readFile } from 'node:fs/promises'
import { realpathSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import { trusted } from '../base/guards'
import { Compiler } from '../compile/compiler'
import { ModuleNames } from '../compile/moduleNames'
import { Resolver } from '../compile/resolver'
import { once } from '../compile/log'
import { hashOf } from '../compile/sourceText'
import type { ModuleName } from '../protocol/ids'
import { PROTOCOL } from '../protocol/messages'
import type { Hello, HostOptions, LoadParams, LoadReport, Refusal } from '../protocol/messages'
import type { RuntimeView, Snapshot } from '../protocol/snapshot'
import { FROM_ROOT } from '../runtime/link'
import type { Change, CodeAnswer, ControlData, Found, Picture, PictureModule } from '../runtime/link'
import { createApi } from './api'
import { Batches } from './batches'
import { Captures } from './captures'
import { CodeRequests } from './codeRequests'
import { composeSnapshot } from './composeSnapshot'
import { Why } from './diagnosis/why'
import { GoneFiles } from './goneFiles'
import { Graph } from './graph'
import { Importers } from './importers'
import { Loader, PROGRAM_FIRST_MS } from './loader'
import { MainLink } from './mainLink'
import { Peer } from './peer'
import { problemsForPerson } from './problemsForPerson'
import { ProgramStart } from './programStart'
import { ReloadOnSave } from './reloadOnSave'
import { Texts } from './texts'
import { ToldModules } from './toldModules'
import { Turns } from './turns'
import { WorkspaceModules } from './workspaceModules'

const EMPTY: Picture = { modules: [], total: 0, offset: 0, single: 0, processes: [], crowds: [], otherCrowds: { crowds: 0, total: 0 }, lingering: [], atRisk: [] }
/** A change is shown at once; a program that changes all the time is shown less and less often, up to the slowest. */
const PICTURE_EVERY_MS = 40
const PICTURE_SLOWEST_MS = { code: 320, processes: 1000 } as const
/** While the top levels of a program run, its pictures only hold them up. */
const PICTURE_AT_START_MS = 500
const PING_EVERY_MS = 500
const BUSY_AFTER_MS = 300

async function main(data: ControlData): Promise<void> {
  const link = new MainLink(data.port, new Int32Array(data.traps), new Int32Array(data.wake))
  const peer = new Peer(new net.Socket({ fd: data.channelFd, readable: true, writable: true }), () => void leave(link))
  const options = await peer.hello({ protocol: PROTOCOL, engine: data.engine, osPid: process.pid } satisfies Hello)
  new Control(link, peer, { ...options, root: realpathSync(options.root) }, data).start()
}

/** Whoever drove us is gone: the program must not outlive it. */
async function leave(link: MainLink): Promise<void> {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1000)
  await link.request('shutdown', { exitCode: 1 })
}

class Control {
  private picture = EMPTY
  private readonly modules = new Map<ModuleName, PictureModule>()
  private readonly told = new ToldModules()
  private seq = 0
  private last: Snapshot | undefined
  private watched = ''
  private due: NodeJS.Timeout | undefined
  private dueAt = 0
  private takenAt = 0
  private pictureEvery = PICTURE_EVERY_MS
  private busySince: number | undefined
  private refreshing: Promise<Snapshot> | undefined
  private readonly startedAt = Date.now()
  private readonly names: ModuleNames
  private readonly texts = new Texts()
  private readonly batches = new Batches()
  private readonly captures = new Captures()
  private readonly importers: Importers
  private readonly gone: GoneFiles
  private readonly compiler: Compiler
  private readonly resolver: Resolver
  private readonly workspace: WorkspaceModules
  private readonly graph: Graph
  private readonly turns: Turns
  private readonly loader: Loader
  private readonly program: ProgramStart
  private readonly saves: ReloadOnSave | undefined
  private debugging = false

  constructor(private readonly link: MainLink, private readonly peer: Peer, private readonly options: HostOptions, private readonly data: ControlData) {
    const log = this.log.bind(this)
    const pipelineLog = once(log)
    this.names = new ModuleNames(options.root)
    this.compiler = new Compiler({ nodeVersion: process.versions.node, root: options.root, cacheDir: cacheDir(), log: pipelineLog })
    this.resolver = new Resolver({ root: options.root, include: options.include, exclude: options.exclude, conditions: data.conditions, log: pipelineLog })
    this.workspace = new WorkspaceModules({ root: options.root, names: this.names, compiler: this.compiler, resolver: this.resolver })
    this.importers = new Importers({ missing: (...what) => this.graph.missingAtImport(...what) })
    this.graph = new Graph({ compiler: this.compiler, resolver: this.resolver, names: this.names, texts: this.texts, captures: this.captures, importers: this.importers, root: options.root, debugging: () => this.debugging })
    this.gone = new GoneFiles({ main: link, batches: this.batches, importers: this.importers, names: this.names, root: options.root, loaded: this.modules, now: Date.now })
    this.turns = new Turns({ main: link, onWait: (modules) => this.loadWaits(modules) })
    this.loader = new Loader({
      main: link, turns: this.turns, graph: this.graph, names: this.names, batches: this.batches, captures: this.captures, importers: this.importers, gone: this.gone, options,
      loaded: this.modules, locate: (text) => this.workspace.locate(text), modified: () => this.modified(),
      onReport: (report) => void this.tell(report), onChange: async () => void (await this.refresh()), now: Date.now,
    })
    this.program = new ProgramStart({
      main: link, options, names: this.names, graph: this.graph, gone: this.gone, batches: this.batches, turns: this.turns, loader: this.loader,
      isLoaded: (name) => this.isLoaded(name), onBegin: () => { this.takenAt = Date.now() },
      tell: async (report) => {
        await this.refresh()
        await peer.notify('loaded', report)
      },
    })
    this.saves = !options.watch ? undefined : new ReloadOnSave({
      root: options.root, startedAt: this.startedAt, snapshot: () => this.last ?? this.compose(), prepare: (files) => void this.compiler.prepare(files),
      load: (files) => this.loadSaved(files), log: (message) => log('warn', message),
    })
  }

  start(): void {
    const { link, peer } = this
    this.compiler.warm()
    const code = new CodeRequests({
      loader: this.loader, turns: this.turns, names: this.names, texts: this.texts, root: this.options.root,
      locate: (text) => this.workspace.locate(text), status: () => this.status(), fresh: () => this.fresh(),
    })
    const why = new Why({ main: link, names: this.names, texts: this.texts, picture: () => this.picture })
    link.handlers = {
      why: (params) => api.why(params),
      code: ({ nested, ...request }) => code.answer(request, nested),
      digest: ({ module, hash, text }) => this.digest(module, hash, text),
      fileOf: async ({ module }) => this.names.find(module).kind === 'one' ? this.workspace.locate(module) : undefined,
      inputOf: async ({ module, hash }) => {
        const compiled = this.texts.get(module, hash)
        return compiled === undefined ? undefined : this.compiler.inputOf(compiled)
      },
      names: async ({ of }) => ({ names: of === undefined ? this.workspace.names() : await this.workspace.exportsOf(of) }),
      find: ({ text, deleted }) => this.find(text, deleted),
      resolve: ({ specifier, importer, kind, deleted }) => this.resolve(specifier, importer, kind, (name) => this.isLoaded(name) && !deleted.includes(name)),
    }
    link.onNotice = (notice) => {
      if (notice.type === 'changed') this.refreshSoon(notice.what)
      else if (notice.type === 'onLoadWaits') this.turns.waits(notice.turn)
      else if (notice.type === 'log') void peer.notify('log', notice)
      else this.refreshSoon('code')
    }
    const api = createApi({
      main: link, why, loader: this.loader, turns: this.turns, names: this.names, batches: this.batches, texts: this.texts,
      load: (params) => this.load(params), prepare: (files) => void this.compiler.prepare(files),
      picture: () => this.picture, snapshot: () => this.last ?? this.compose(), refresh: () => this.refresh(),
    })
    peer.serve({ ...api, openInspector: (params) => this.openInspector(() => api.openInspector(params)) })
    setInterval(() => void this.ping(), PING_EVERY_MS)
    void this.turns.serially(() => this.program.run())
  }

  private load(params: LoadParams): Promise<LoadReport | Refusal> {
    // As long as the program has not started, whatever was repaired, it is the start that is tried again.
    return this.loader.load(params, () => (this.program.hasStarted ? undefined : this.program.run()))
  }

  /** The answer comes to everybody as a `loaded` notice. */
  private async loadSaved(modules: readonly string[]): Promise<void> {
    const answer = await this.load({ modules, origin: 'save', force: false })
    if ('error' in answer) this.log('warn', answer.message)
  }

  /** A load may have ended all there was to do: the program ends when it was told, and whoever asked for it has his answer. */
  private async tell(report: LoadReport): Promise<void> {
    await this.peer.notify('loaded', report)
    await this.peer.written()
    await this.link.request('told', {})
  }

  private loadWaits(modules: readonly ModuleName[]): void {
    this.saves?.goOn()
    void this.peer.notify('loadWaits', { modules })
    this.publish() // with the files that may repair it
  }

  private log(level: 'info' | 'warn' | 'error', message: string): void {
    void this.peer.notify('log', { level, message })
  }

  private isLoaded(name: ModuleName): boolean {
    return this.modules.get(name)?.current !== undefined
  }

  private async resolve(specifier: string, from: string, kind: 'import' | 'require', has: (name: ModuleName) => boolean): Promise<{ link: ReturnType<Graph['link']>; units: Awaited<ReturnType<Graph['collect']>>['units'] }> {
    const importer = from === FROM_ROOT ? path.join(this.options.root, 'shell.ts') : from
    const link = this.graph.link(specifier, importer, kind)
    if (link.kind === 'module') this.gone.isNamed(link.module)
    const file = link.kind === 'module' ? this.names.fileOf(link.module) : undefined
    if (file === undefined || (link.kind === 'module' && has(link.module))) return { link, units: [] }
    const { units, failures } = await this.graph.collect([file], has)
    const problem = failures[0]?.problems[0]
    if (problem !== undefined) return { link: { kind: 'failed', code: 'ERR_INVALID_MODULE', message: `${problem.file}:${problem.line}:${problem.column + 1}: ${problem.message}` }, units: [] }
    return { link, units }
  }

  private async find(text: string, deleted: readonly ModuleName[]): Promise<Found> {
    const file = this.workspace.locate(text)
    if (file === undefined) return { error: `no module is called ${text}` }
    const { units, failures } = await this.graph.collect([file], (name) => this.isLoaded(name) && !deleted.includes(name))
    if (failures.some((failure) => failure.reason === 'nofile' && failure.file === file)) return { error: `the file of ${text} is gone` }
    const problem = failures[0]?.problems[0]
    if (problem !== undefined) throw new SyntaxError(problemsForPerson([problem], this.options.root))
    const module = this.names.nameOf(file)
    this.gone.isNamed(module)
    return { module, units }
  }

  private async digest(module: ModuleName, hash: string | undefined, given: string | undefined): Promise<string | undefined> {
    const file = this.names.fileOf(module)
    const text = hash === undefined ? given : this.texts.get(module, hash)?.text
    if (file === undefined || (hash !== undefined && text === undefined)) return undefined
    return this.compiler.digest(file, text)
  }

  /** The picture is what main's tables are now. */
  private async fresh(): Promise<void> {
    // A change since the last notice is in the picture that is on its way: main says it once until it is taken.
    await (this.due === undefined ? this.refreshing : this.refresh())
  }

  private async modified(): Promise<ModuleName[]> {
    const { modules } = await this.status()
    return modules.filter((entry) => entry.status === 'modified').map((entry) => entry.module)
  }

  private async status(): Promise<Extract<CodeAnswer, { readonly kind: 'status' }>> {
    const loaded = this.picture.modules.flatMap((module) => (module.current === undefined ? [] : [{ name: module.name, file: module.file, hash: module.current.hash }]))
    const modules = await Promise.all(loaded.map(async ({ name, file, hash }) => ({ module: name, status: await statusOf(file, hash) })))
    return { kind: 'status', modules }
  }

  /** From now on versions carry their source map, so that breakpoints bind. */
  private async openInspector(open: () => Promise<{ readonly url: string }>): Promise<{ readonly url: string }> {
    this.debugging = true
    return open()
  }

  private refreshSoon(what: Change): void {
    // A start that waits is seen by what it began; the files that may repair it are told with the picture.
    if (what === 'processes' && !this.options.showsProcesses && !this.program.isUnderWay) return
    const now = Date.now()
    const since = now - this.takenAt
    const restless = since < 2 * PICTURE_EVERY_MS
    this.pictureEvery = restless ? Math.min(PICTURE_SLOWEST_MS[what], 1.5 * this.pictureEvery) : PICTURE_EVERY_MS
    const wait = Math.max(2 * PROGRAM_FIRST_MS, (this.program.isUnderWay ? PICTURE_AT_START_MS : this.pictureEvery) - since)
    if (this.due !== undefined && this.dueAt <= now + wait) return
    clearTimeout(this.due)
    this.dueAt = now + wait
    this.due = setTimeout(() => void this.refresh(), wait)
  }

  private refresh(): Promise<Snapshot> {
    clearTimeout(this.due)
    this.due = undefined
    this.takenAt = Date.now()
    return (this.refreshing = this.takePicture())
  }

  private async takePicture(): Promise<Snapshot> {
    const { gone, ...update } = await this.link.request('picture', { together: this.batches.allStaged().map((batch) => batch.reload) })
    for (const name of gone) this.modules.delete(name)
    const replaced: PictureModule[] = []
    for (const module of update.modules) {
      this.names.nameOf(module.file)
      const before = this.modules.get(module.name)
      if (before !== undefined && before.current?.hash !== module.current?.hash) replaced.push(before)
      this.modules.set(module.name, module)
    }
    this.picture = { ...update, modules: [...this.modules.values()] }
    if (replaced.length > 0) this.importers.changed(replaced, this.modules)
    if (gone.length + update.modules.length > 0) this.prune()
    this.loader.pictureTaken()
    return this.publish()
  }

  private publish(): Snapshot {
    const snapshot = this.compose()
    this.last = snapshot
    void this.peer.notify('snapshot', this.told.update(snapshot))
    const folders = [...new Set([...snapshot.modules.flatMap(foldersOf), ...(snapshot.loading ?? []).map((file) => path.dirname(file))])].sort()
    if (folders.join('\n') !== this.watched) {
      this.watched = folders.join('\n')
      if (this.saves === undefined) void this.peer.notify('watch', { folders })
      else this.saves.watch(folders)
    }
    this.saves?.look()
    return snapshot
  }

  private compose(): Snapshot {
    const loading = this.turns.loading().flatMap(({ module, file }) => (this.isLoaded(module) ? [] : [file]))
    return composeSnapshot(++this.seq, this.runtimeView(), this.picture, loading, { texts: this.texts, batches: this.batches, names: this.names, importers: this.importers })
  }

  private runtimeView(): RuntimeView {
    const busy = this.busySince === undefined ? {} : { busy: { forMs: Date.now() - this.busySince } }
    return { state: 'running', osPid: process.pid, engine: this.data.engine, entry: this.options.entry, startedAt: this.startedAt, ...busy }
  }

  private prune(): void {
    const needed = new Map<ModuleName, Set<string>>()
    const need = (module: ModuleName, hash: string | undefined): void => {
      if (hash === undefined) return
      const hashes = needed.get(module) ?? new Set<string>()
      needed.set(module, hashes.add(hash))
    }
    for (const module of this.picture.modules) {
      need(module.name, module.current?.hash)
      need(module.name, module.old?.hash)
    }
    for (const batch of this.batches.allStaged()) for (const unit of batch.units) need(unit.module, unit.hash)
    const kept = this.texts.prune(needed)
    this.captures.prune(kept)
    this.importers.prune(kept)
  }

  /** Is anybody at home on the main thread? If not for a while, the views say so. */
  private async ping(): Promise<void> {
    if (this.link.untaken > 0) return
    const at = Date.now()
    const timer = setTimeout(() => {
      this.busySince = at
      this.publish()
    }, BUSY_AFTER_MS)
    await this.link.request('ping', {})
    clearTimeout(timer)
    if (this.busySince === undefined) return
    this.busySince = undefined
    await this.refresh()
  }
}

/** Where a change matters for this module; what it looked for may be a file or a folder with an index. */
const foldersOf = ({ file, failed }: Snapshot['modules'][number]): string[] =>
  [path.dirname(file), ...(failed?.wanted ?? []).flatMap((wanted) => [path.dirname(wanted), wanted])]

async function statusOf(file: string, hash: string): Promise<'loaded' | 'modified' | 'removed'> {
  try {
    return hashOf(await readFile(file)) === hash ? 'loaded' : 'modified'
  } catch {
    return 'removed' // it cannot be read: for a load it is not there
  }
}

const cacheDir = (): string => process.env.CODESWITCH_CACHE ?? path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'codeswitch')

void main(trusted<ControlData>(workerData, 'only the main thread of this host starts this file'))
