/**
 * The shell's evaluator: one line in, one answer out. It runs in the program's own thread, in a process of its own, so that
 * `self()`, monitors and messages belong to it. A line that throws leaves variables and mailbox as they are; when the process is
 * ended, its lines are answered with the reason, the variables stay, and the next line has a new process (as in Erlang's shell).
 * Lines do not wait for each other: one whose promise never settles is simply never answered.
 */
import { inspect } from 'node:util'
import type { ShellAnswer, ShellLine } from '../../protocol/messages'
import type { CodeApi } from '../code/codeApi'
import { ExitSignal } from '../errors'
import type { Pid } from '../process/pid'
import type { Release } from '../release/releaseTypes'
import { createCommands, takesModules, type CommandDeps } from './commands'
import { answer } from './completions'
import { createCompleter } from './completer'
import { jsonValue } from './jsonValue'
import { isIncomplete, rewriteLine, type Line } from './line'
import type { ShellModules } from './modules'
import type { ShellProcesses } from './processCommands'
import { createBindings, scopeOf, unwrapModule } from './scope'
import { ProcessEnded, throwIfEnded, unlessEnded } from './unlessEnded'

export interface ShellDeps {
  readonly processes: ShellProcesses
  readonly code: CodeApi
  readonly release?: Pick<Release, 'preview' | 'run'>
  readonly modules: ShellModules
  pidOf?(id: number): Pid | undefined
  why: CommandDeps['why']
  /** To where the program prints. */
  write(text: string): void
  /** Runs `fn` inside the shell's own process; inside a new one when that has ended. */
  run<T>(fn: () => T): T
  /** Called from the loops of a line: serves whoever waits for this thread; may throw, and the line ends. */
  check?(): void
}

/**
 * `$complete("t.st")` is a line as well, for those who edit lines: the commands, variables, modules and members that start so
 * (`["t.start"]`), and the names of modules after a quote (`["'src/t"]`). It leaves `_` alone, loads nothing and calls no getter.
 */
export interface Shell {
  evaluate(line: string, shown?: Omit<ShellLine, 'line'>): Promise<ShellAnswer>
}

const turnsBetweenChecks = 64

export function createShell(deps: ShellDeps): Shell {
  const bindings = createBindings()
  const { modules } = deps
  const commands = createCommands({ ...deps, namespace: (name) => modules.namespace(name), bindings })
  const complete = createCompleter({ bindings, commands, modules })
  commands.set('require', modules.require)
  commands.set('$import', (specifier: unknown) => modules.import(String(specifier)))
  commands.set('$check', checkNowAndThen)
  commands.set('$complete', complete)
  let count = 0
  let turns = 0

  /** A busy line must not spend its time on asking whether it may go on. */
  function checkNowAndThen(): void {
    if (++turns % turnsBetweenChecks !== 0) return
    deps.check?.()
    throwIfEnded(deps.processes.self())
  }

  async function run(source: string): Promise<unknown> {
    const line = rewriteLine(source, { isBound: (name) => bindings.has(name), takesModules })
    const mentioned = await modulesOf(line)
    const fn = compile(line, ++count)
    for (const { name, hoisted } of line.declares) {
      bindings.thaw(name)
      if (hoisted && !bindings.has(name)) bindings.set(name, undefined)
    }
    const declares = new Set(line.declares.map(({ name }) => name))
    const scope = scopeOf({ bindings, commands, modules: mentioned, declares, assigns: line.assigns })
    const value = await deps.run(() => unlessEnded(deps.processes.self(), () => fn(scope)))
    for (const { name, constant } of line.declares) if (constant) bindings.freeze(name)
    return unwrapModule(value)
  }

  /** Loads the modules the line mentions, so that their names are there when it runs. */
  async function modulesOf(line: Line): Promise<Map<string, object>> {
    const mentioned = new Set(line.values)
    for (const name of line.calls) if (!commands.has(name)) mentioned.add(name)
    const found = new Map<string, object>()
    for (const name of mentioned) {
      if (bindings.has(name) || (name in globalThis && !commands.has(name))) continue
      const namespace = await modules.namespace(name).catch((error: unknown) => { throw withoutStackInMessage(error) })
      if (namespace !== undefined) found.set(name, namespace)
    }
    return found
  }

  return {
    async evaluate(source, shown = {}) {
      if (source.trim() === '') return { ok: true, value: '', json: null }
      try {
        const value = await run(source)
        // `_` is what the last line answered, as in Node's shell.
        bindings.thaw('_')
        if (!source.startsWith('$')) bindings.set('_', value)
        return { ok: true, value: print(value, shown), json: jsonValue(value) }
      } catch (error) {
        return { ok: false, error: { ...errorView(error), ...(isIncomplete(error, source) ? { incomplete: true } : {}) } }
      }
    },
  }
}

function compile(line: Line, count: number): (scope: object) => Promise<unknown> {
  // Indirect eval: a line must not see the names of this file. A vm.Script would be kept for ever.
  const fn: unknown = (0, eval)(`(async function ($scope) { let ${answer}; with ($scope) {\n${line.body}\n} return ${answer} })\n//# sourceURL=codeswitch:shell/${count}`)
  if (!isLineFunction(fn)) throw new SyntaxError('the line is not one statement list')
  return fn
}

const isLineFunction = (value: unknown): value is (scope: object) => Promise<unknown> => typeof value === 'function'

const print = (value: unknown, { columns = 80, colors = false }: Omit<ShellLine, 'line'> = {}): string => inspect(value, { maxStringLength: 10_000, breakLength: columns, colors })

/** A value that is no error was thrown: its name is `throw`, as Erlang's class of exception; `exit` when the process was ended. */
function errorView(error: unknown): { readonly name: string; readonly message: string; readonly stack?: string } {
  if (error instanceof ProcessEnded || error instanceof ExitSignal) return { name: 'exit', message: print(error.reason) }
  if (!(error instanceof Error)) return { name: 'throw', message: print(error) }
  const stack = programFrames(error.stack)
  return { name: error.name, message: error.message, ...(stack === '' ? {} : { stack }) }
}

/** What failed in the control thread carries its whole stack as its message. */
function withoutStackInMessage(error: unknown): unknown {
  const [, name, message] = error instanceof Error ? (/^(\w*Error): ([^]*?)(?:\n\s+at [^]*)?$/.exec(error.message) ?? []) : []
  return name === undefined || message === undefined ? error : Object.assign(new Error(message), { name })
}

/** Frames of the program, down to the line if it is among them (it is not when it only awaits); below is the shell, and some between are the runtime's own. */
function programFrames(stack: string | undefined): string {
  const frames = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const end = frames.findIndex((frame) => frame.includes('codeswitch:shell/'))
  return frames.slice(0, end < 0 ? frames.length : end).filter((frame) => !frame.includes(__filename) && !frame.includes('(node:')).join('\n')
}
