import { Emitter } from '../../../src/base/event'
import type { ProgramExit, RunningHost } from '../../../src/cli/runProgram'
import { HostDown } from '../../../src/host/host'
import { moduleName, type ModuleName, pidText } from '../../../src/protocol/ids'
import type { Notifications, Requests, ShellAnswer } from '../../../src/protocol/messages'
import type { ModuleView, ProcessView, RuntimeView, Snapshot } from '../../../src/protocol/snapshot'

export const emptySnapshot: Snapshot = { seq: 0, runtime: { state: 'stopped' }, modules: [], processes: { total: 0, offset: 0, items: [] }, lingering: [] }

export const processView = (id: number, more: Partial<ProcessView> = {}): ProcessView => ({
  pid: pidText(id), name: undefined, label: `p${id}`, status: 'waiting', messages: 0, startedAt: 0, links: 0, monitors: 0, trapExit: false, parent: undefined, stack: [], lingers: true, ...more,
})

export const moduleView = (name: string, file: string): ModuleView =>
  ({ name: moduleName(name), file, current: undefined, old: undefined, staged: undefined, failed: undefined, sticky: false })

type Answers = { [M in keyof Requests]?: (params: Requests[M][0]) => Requests[M][1] | Promise<Requests[M][1]> }

const running: RuntimeView = { state: 'running', osPid: 1, engine: 'Node.js v0', entry: undefined, startedAt: 0 }

/** A host that answers what a test says, and remembers what it was asked. */
export class FakeHost implements RunningHost {
  private readonly changed = new Emitter<Snapshot>()
  private readonly loaded = new Emitter<Notifications['loaded']>()
  private readonly waiting = new Emitter<Notifications['loadWaits']>()
  private readonly logged = new Emitter<Notifications['log']>()
  private readonly watching = new Emitter<Notifications['watch']>()
  private readonly exited = new Emitter<ProgramExit>()
  readonly onDidChange = this.changed.event
  readonly onDidLoad = this.loaded.event
  readonly onDidLoadWait = this.waiting.event
  readonly onDidLog = this.logged.event
  readonly onDidChangeWatch = this.watching.event
  readonly onDidExit = this.exited.event
  readonly osPid = 1
  readonly asked: { readonly method: string; readonly params: unknown }[] = []
  snapshot = emptySnapshot
  down = false

  constructor(private readonly answers: Answers = {}, private readonly afterStart: RuntimeView = running) {}

  async start(): Promise<void> {
    this.snapshot = { ...this.snapshot, runtime: this.afterStart }
  }

  async stop(): Promise<void> {
    this.exit({ exitCode: 0, signal: null })
  }

  exit(exit: ProgramExit): void {
    this.down = true
    this.exited.fire(exit)
  }

  tellLoaded(report: Notifications['loaded']): void {
    this.loaded.fire(report)
  }

  tellLoadWait(modules: readonly ModuleName[]): void {
    this.waiting.fire({ modules })
  }

  async request<M extends keyof Requests>(method: M, params: Requests[M][0]): Promise<Requests[M][1]> {
    this.asked.push({ method, params })
    const answer = this.answers[method]
    if (this.down || answer === undefined) throw new HostDown(method, 'exit code 3')
    return answer(params)
  }

  dispose(): void {
    this.exited.dispose()
  }
}

/** Lines come back, except `fail` (an error), `begin` (only begins a statement), `never` (no answer), `busy` (none until its process is killed) and `die` (the end of the program). */
export function shellHost(): FakeHost {
  let isBusy = false
  let endBusy = (_answer: ShellAnswer): void => {}
  const busy = new Promise<ShellAnswer>((resolve) => { endBusy = resolve })
  const host: FakeHost = new FakeHost({
    shell: ({ line }) => {
      if (line === 'busy') isBusy = true
      return isBusy ? busy : answerTo(line, host)
    },
    kill: () => {
      isBusy = false
      endBusy({ ok: false, error: { name: 'exit', message: "'killed'" } })
      return { killed: true }
    },
  })
  return host
}

function answerTo(line: string, host: FakeHost): ShellAnswer | Promise<ShellAnswer> {
  if (line === 'never') return new Promise(() => {})
  if (line === 'die') {
    host.exit({ exitCode: 3, signal: null })
    throw new HostDown('shell', 'exit code 3')
  }
  if (line.startsWith('$complete')) return { ok: true, value: '', json: ['t.start', 't.stop'] }
  if (line === 'begin') return { ok: false, error: { name: 'SyntaxError', message: 'Unexpected token (1:5)', incomplete: true } }
  if (line === 'fail') return { ok: false, error: { name: 'RangeError', message: 'no', stack: '    at f (t.ts:1:1)' } }
  return { ok: true, value: `said ${line}`, json: { said: line } }
}
