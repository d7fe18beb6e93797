/** The code functions of programs and the shell that need the compiler: `l`, `c`, `loadFile`, `loadBinary`, `atomicLoad`, … */
import type { ModuleNames } from '../compile/moduleNames'
import type { LoadReport, ModuleOutcome } from '../protocol/messages'
import type { ModuleName } from '../protocol/ids'
import type { FailureReason } from '../protocol/snapshot'
import type { CodeAnswer, CodeRequest } from '../runtime/link'
import type { LoadHow, Loader } from './loader'

type Wanted = string | readonly [string, string, string]

const PURGING = { origin: 'shell', force: true, policy: 'brutal', graceMs: 0 } as const
const REFUSING = { origin: 'program', force: true, policy: 'never', graceMs: 0 } as const

export class CodeRequests {
  private readonly prepared = new Map<number, readonly Wanted[]>()
  private nextHandle = 1

  constructor(private readonly loader: Loader, private readonly names: ModuleNames, private readonly locate: (text: string) => string | undefined, private readonly status: () => Promise<CodeAnswer>) {}

  async answer(request: CodeRequest): Promise<CodeAnswer> {
    switch (request.op) {
      case 'l':
      case 'c':
        return this.load([request.module], PURGING)
      case 'loadFile':
        return this.load([request.module], REFUSING)
      case 'loadBinary':
        return this.load([[request.module, request.file, request.text]], PURGING)
      case 'atomicLoad':
        return this.load(request.modules, REFUSING)
      case 'prepare':
        return { kind: 'prepared', handle: this.keep(request.modules) }
      case 'finish': {
        const wanted = this.prepared.get(request.handle)
        if (wanted === undefined) return { kind: 'consumed' }
        const answer = await this.load(wanted, REFUSING)
        if (answer.kind === 'loaded') this.prepared.delete(request.handle)
        return answer
      }
      case 'status':
        return this.status()
    }
  }

  private keep(modules: readonly Wanted[]): number {
    const handle = this.nextHandle++
    this.prepared.set(handle, modules)
    return handle
  }

  private async load(wanted: readonly Wanted[], how: LoadHow): Promise<CodeAnswer> {
    const names: ModuleName[] = []
    const texts = new Map<string, string>()
    for (const one of wanted) {
      const text = typeof one === 'string' ? one : one[0]
      const file = typeof one === 'string' ? this.locate(one) : one[1]
      if (file === undefined) return { kind: 'errors', errors: [[text, 'nofile']], printed: '' }
      const name = this.names.nameOf(file)
      if (names.includes(name)) return { kind: 'errors', errors: [[text, 'duplicated']], printed: '' }
      names.push(name)
      if (typeof one !== 'string') texts.set(file, one[2])
    }
    if (names.length === 0) return { kind: 'loaded', modules: [] }
    return answerOf(await this.loader.serially(() => this.loader.run(names, { ...how, texts })))
  }
}

function answerOf(report: LoadReport): CodeAnswer {
  const failed = report.outcomes.filter((outcome) => outcome.kind === 'failed')
  if (failed.length === 0) return { kind: 'loaded', modules: report.outcomes.map((outcome) => outcome.module) }
  return { kind: 'errors', errors: failed.map((outcome) => [outcome.module, atomOf(outcome.reason)]), printed: failed.flatMap(printed).join('\n') }
}

/** OTP knows one word for every text that is no good. */
const atomOf = (reason: FailureReason): string => (reason === 'compile_error' || reason === 'evaluation_failed' || reason === 'link_error' ? 'badfile' : reason)

const printed = (outcome: ModuleOutcome & { readonly kind: 'failed' }): string[] =>
  outcome.problems.map((problem) => `${problem.file}:${problem.line}:${problem.column + 1}: ${problem.message}`)
