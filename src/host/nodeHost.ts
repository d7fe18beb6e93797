/**
 * The runtime host for Node programs: a child process with a private pipe on file descriptor 3. It is never restarted by
 * itself: after a crash the last picture stays, and somebody decides.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { Duplex } from 'node:stream'
import { Emitter } from '../base/event'
import type { ModuleName } from '../protocol/ids'
import type { Hello, HostOptions, Notifications, Requests } from '../protocol/messages'
import { PROTOCOL } from '../protocol/messages'
import type { ModuleView, RuntimeView, Snapshot } from '../protocol/snapshot'
import { afterLastWords, Channel } from './channel'
import { findNode } from './findNode'
import { HostDown } from './host'
import type { Host } from './host'

export interface NodeHostOptions {
  /** Asked at each start. */
  readonly options: () => HostOptions
  /** Default: `node` from the PATH. */
  readonly runtimeExecutable?: string | undefined
  readonly runtimeArgs?: readonly string[] | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly cwd?: string | undefined
  /** Where the built `runtime.js` and `control.js` are. */
  readonly distDir: string
  /** `inherit`: the program has our terminal; `pipe`: its output comes through `onOutput`. */
  readonly stdio?: 'inherit' | 'pipe'
  /** Default: as `stdio`. `pipe`: nobody types for the program, and its input does not end; a shell reads the lines. */
  readonly stdin?: 'inherit' | 'pipe'
  /** The program has `process.send` as well; this gets the child that its messages come from and go to. */
  readonly onMessages?: ((child: ChildProcess) => void) | undefined
  readonly onOutput?: (stream: 'stdout' | 'stderr', text: string) => void
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void
}

export interface HostExit { readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }

const EMPTY: Snapshot = { seq: 0, runtime: { state: 'stopped' }, modules: [], processes: { total: 0, offset: 0, items: [] }, lingering: [] }
const STOP_GRACE_MS = 2000
/** A pipe that stays open longer than this after the exit is held by a grandchild. */
const LAST_WORDS_MS = 500
const CLOSE_GRACE_MS = 1500

/** One life of the child. */
interface Life {
  readonly child: ChildProcess
  readonly channel: Channel
  readonly gone: Promise<HostExit>
  /** What the person asked for: an exit they wanted is no crash. */
  stopping: boolean
  /** Why we ended it ourselves, if we did. */
  fault: string | undefined
}

export class NodeHost implements Host {
  private current: Snapshot = EMPTY
  private life: Life | undefined
  private readonly changed = new Emitter<Snapshot>()
  private readonly loaded = new Emitter<Notifications['loaded']>()
  private readonly waiting = new Emitter<Notifications['loadWaits']>()
  private readonly logged = new Emitter<Notifications['log']>()
  private readonly watching = new Emitter<Notifications['watch']>()
  private readonly exited = new Emitter<HostExit>()
  readonly onDidChange = this.changed.event
  readonly onDidLoad = this.loaded.event
  readonly onDidLoadWait = this.waiting.event
  readonly onDidLog = this.logged.event
  readonly onDidChangeWatch = this.watching.event
  readonly onDidExit = this.exited.event

  constructor(private readonly how: NodeHostOptions) {}

  get snapshot(): Snapshot {
    return this.current
  }

  /** The operating system's id of the child, while there is one. */
  get osPid(): number | undefined {
    return this.life?.child.pid
  }

  async start(): Promise<void> {
    if (this.life !== undefined) return
    const options = this.how.options()
    const node = findNode(this.how.runtimeExecutable, { ...process.env, ...this.how.env })
    if (!node.ok) return this.failedStart(node.error)
    this.publish({ ...EMPTY, runtime: { state: 'starting', entry: options.entry } })
    const life = this.spawn(node.value, options)
    const started = new Promise<void>((resolve) => {
      const done = this.loaded.event((report) => {
        if (report.origin !== 'start') return
        done.dispose()
        resolve()
      })
    })
    await Promise.race([started, life.gone])
  }

  async stop(): Promise<void> {
    const { life } = this
    if (life === undefined) return
    life.stopping = true
    life.channel.request('shutdown', {}).catch(() => {}) // it is going anyway
    const timer = setTimeout(() => life.child.kill('SIGKILL'), STOP_GRACE_MS)
    await life.gone
    clearTimeout(timer)
  }

  request<M extends keyof Requests>(method: M, params: Requests[M][0]): Promise<Requests[M][1]> {
    if (this.life === undefined) return Promise.reject(new HostDown(method, this.current.runtime.state))
    return this.life.channel.request<Requests[M][1]>(method, params)
  }

  /** Lets go of the pipe without a word, as our own death would. */
  abandon(): void {
    this.life?.child.stdio[3]?.destroy()
  }

  dispose(): void {
    this.life?.child.kill('SIGKILL')
    for (const emitter of [this.changed, this.loaded, this.waiting, this.logged, this.watching, this.exited]) emitter.dispose()
  }

  private spawn(node: string, options: HostOptions): Life {
    const { how } = this
    const output = how.stdio ?? 'pipe'
    // The program's arguments come with the options as well; here they are for what Node preloads.
    const args = [...(how.runtimeArgs ?? []), path.join(how.distDir, 'runtime.js'), ...options.argv]
    const child = spawn(node, args, {
      cwd: how.cwd ?? options.root, env: { ...process.env, ...how.env }, windowsHide: true,
      stdio: [how.stdin ?? output, output, output, 'pipe', ...(how.onMessages === undefined ? [] : ['ipc' as const])],
    })
    how.onMessages?.(child)
    this.forward(child.stdout, 'stdout')
    this.forward(child.stderr, 'stderr')
    const gone = exitOf(child)
    const life: Life = { child, gone, stopping: false, fault: undefined, channel: this.connect(child, options, (why) => {
      // A child that ends closes its pipe a moment before we hear of its end: only one that stays is at fault.
      setTimeout(() => {
        if (child.exitCode !== null || child.signalCode !== null) return
        life.fault = why
        child.kill('SIGKILL')
      }, CLOSE_GRACE_MS)
    }) }
    this.life = life
    void gone.then((exit) => this.ended(life, exit))
    return life
  }

  private connect(child: ChildProcess, options: HostOptions, onClose: (why: string) => void): Channel {
    const pipe = child.stdio[3]
    if (!(pipe instanceof Duplex)) throw new Error('the child was started without its channel')
    const channel = new Channel(pipe, pipe, onClose)
    channel.onRequest<Hello>('hello', async (hello) => {
      if (hello.protocol === PROTOCOL) return options
      throw new Error(`the runtime speaks protocol ${hello.protocol}, we speak ${PROTOCOL}`)
    })
    const modules = new Map<ModuleName, ModuleView>()
    channel.onNotification<Notifications['snapshot']>('snapshot', ({ gone, ...update }) => {
      for (const name of gone) modules.delete(name)
      for (const view of update.modules) modules.set(view.name, view)
      this.publish({ ...update, modules: [...modules.values()], seq: this.current.seq + 1 })
    })
    channel.onNotification<Notifications['loaded']>('loaded', (report) => this.loaded.fire(report))
    channel.onNotification<Notifications['log']>('log', (entry) => {
      this.how.log(entry.level, entry.message)
      this.logged.fire(entry)
    })
    channel.onNotification<Notifications['loadWaits']>('loadWaits', (load) => this.waiting.fire(load))
    channel.onNotification<Notifications['watch']>('watch', (folders) => this.watching.fire(folders))
    channel.listen()
    return channel
  }

  private forward(stream: Readable | null, name: 'stdout' | 'stderr'): void {
    stream?.setEncoding('utf8').on('data', (text: string) => this.how.onOutput?.(name, text))
  }

  private ended(life: Life, exit: HostExit): void {
    if (this.life === life) this.life = undefined
    const runtime = endState(exit, life)
    life.stopping = true
    life.channel.close(describe(exit))
    this.publish({ ...this.current, runtime })
    this.exited.fire(exit)
  }

  private failedStart(message: string): void {
    this.how.log('error', message)
    this.publish({ ...this.current, runtime: { state: 'crashed', message, exitCode: null, signal: null, at: Date.now() } })
  }

  private publish(snapshot: Snapshot): void {
    this.current = { ...snapshot, seq: Math.max(snapshot.seq, this.current.seq + 1) }
    this.changed.fire(this.current)
  }
}

/** When it has ended and its last words on the channel have been read. */
const exitOf = (child: ChildProcess): Promise<HostExit> =>
  new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => {
      const pipe = child.stdio[3]
      const gone = (): void => afterLastWords(() => resolve({ exitCode, signal }))
      if (pipe === undefined || pipe === null || pipe.destroyed) return gone()
      pipe.once('close', gone)
      setTimeout(gone, LAST_WORDS_MS).unref()
    })
    child.once('error', () => resolve({ exitCode: null, signal: null }))
  })

const describe = (exit: HostExit): string => (exit.signal === null ? `exit code ${exit.exitCode}` : `signal ${exit.signal}`)

/** An asked-for stop and exit code 0 are ends; everything else is a crash, told in words. */
function endState(exit: HostExit, life: Life): RuntimeView {
  const at = Date.now()
  if (life.stopping) return { state: 'stopped' }
  if (life.fault === undefined && exit.exitCode === 0) return { state: 'exited', exitCode: 0, at }
  const unborn = exit.exitCode === null && exit.signal === null
  const message = life.fault ?? (unborn ? 'the runtime could not be started' : `the program ended with ${describe(exit)}${hint(exit)}`)
  return { state: 'crashed', message, exitCode: exit.exitCode, signal: exit.signal, at }
}

const hint = (exit: HostExit): string => (exit.exitCode === 134 || exit.signal === 'SIGABRT' ? ' (out of memory, most often)' : '')
