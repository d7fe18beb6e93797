/**
 * What can be called by its bare name in the shell: Erlang's shell commands (OTP c(3) and shell(3)), the code API and the
 * process API. Results are OTP's terms as `CodeApi` writes them: atoms are strings, tuples arrays.
 */
import type { Requests } from '../../protocol/messages'
import type { CodeApi, LoadError, ModuleRef } from '../code/codeApi'
import type { Pid } from '../process/pid'
import type { Release } from '../release/releaseTypes'
import type { Bindings, Command } from './scope'
import { unwrapModule } from './scope'
import { shellHelp } from './help'
import { processCommands, type ShellProcesses } from './processCommands'
import { table } from './table'
import { upgradeCommands } from './upgradeCommands'

export interface CommandDeps {
  readonly processes: ShellProcesses
  readonly code: CodeApi
  pidOf?(id: number): Pid | undefined
  namespace(name: string): object | undefined | Promise<object | undefined>
  write(text: string): void
  /** What keeps the versions of the module with this file, as a page. */
  why(file: string, how: WhyHow | undefined): Promise<string>
  readonly bindings: Bindings
  readonly release?: Pick<Release, 'preview' | 'run'>
}

/** The parameters of the request `why` that a person may want to choose. */
export type WhyHow = Pick<Requests['why'][0], 'heap' | 'maxHeapMb' | 'maxMs'>

/** Their arguments are modules: a bare name there is the module's name, whatever else it means. */
const ofModules = [
  'l', 'c', 'lc', 'nl', 'm', 'mod', 'purge', 'softPurge', 'del', 'rollback', 'checkOldCode', 'loadFile', 'ensureLoaded', 'isLoaded', 'moduleStatus',
  'stick', 'unstick', 'why', 'which', 'versions', 'atomicLoad', 'prepareLoading', 'functionExported', 'loadBinary', 'checkProcessCode',
] as const

/** The same of the code API, and what has no command. */
const ofCode = [...ofModules, 'delete', 'isSticky', 'moduleInfo', 'moduleMd5', 'getObjectCode', 'ensureModulesLoaded'].map((name) => `code.${name}`)

const moduleTakers: ReadonlySet<string> = new Set([...ofModules, ...ofCode])
export const takesModules = (name: string): boolean => moduleTakers.has(name)

/** Later ones win: `i`, `flush` and the code commands over a process function of the same name. */
export const createCommands = (deps: CommandDeps): Map<string, unknown> =>
  new Map(Object.entries({ ...deps.processes, code: deps.code, ...processCommands(deps), ...codeCommands(deps.code), ...loadCommands(deps), ...upgradeCommands(deps), ...shellCommands(deps) }))

/** The code API under its own names, except `delete`, which JavaScript keeps for itself. */
function codeCommands(code: CodeApi): Record<string, Command> {
  const of = (value: ModuleRef): ModuleRef => moduleRef(value)
  const all = (values: readonly (ModuleRef | readonly [ModuleRef, string, string])[]): typeof values =>
    values.map((value) => (isTriple(value) ? ([of(value[0]), value[1], value[2]] as const) : of(value)))
  return {
    l: (m: ModuleRef) => code.l(of(m)),
    c: (m: ModuleRef) => code.c(of(m)),
    loadFile: (m: ModuleRef) => code.loadFile(of(m)),
    loadAbs: (file: string) => code.loadAbs(file),
    loadBinary: (m: ModuleRef, file: string, text: string) => code.loadBinary(of(m), file, text),
    ensureLoaded: (m: ModuleRef) => code.ensureLoaded(of(m)),
    atomicLoad: (ms: readonly ModuleRef[]) => code.atomicLoad(all(ms)),
    prepareLoading: (ms: readonly ModuleRef[]) => code.prepareLoading(all(ms)),
    finishLoading: (prepared: object) => code.finishLoading(prepared),
    purge: (m: ModuleRef) => code.purge(of(m)),
    softPurge: (m: ModuleRef) => code.softPurge(of(m)),
    del: (m: ModuleRef) => code.delete(of(m)),
    rollback: (m: ModuleRef) => code.rollback(of(m)),
    checkOldCode: (m: ModuleRef) => code.checkOldCode(of(m)),
    checkProcessCode: (pid: Pid, m: ModuleRef) => code.checkProcessCode(pid, of(m)),
    isLoaded: (m: ModuleRef) => code.isLoaded(of(m)),
    allLoaded: () => code.allLoaded(),
    loaded: () => code.loaded(),
    moduleStatus: (m: ModuleRef) => code.moduleStatus(of(m)),
    modifiedModules: () => code.modifiedModules(),
    functionExported: (m: ModuleRef, name: string, arity?: number) => code.functionExported(of(m), name, arity),
    mm: () => code.mm(),
    lm: () => code.lm(),
    stick: (m: ModuleRef) => code.stick(of(m)),
    unstick: (m: ModuleRef) => code.unstick(of(m)),
    which: (m: ModuleRef) => code.which(of(m)),
    versions: (m: ModuleRef) => code.versions(of(m)),
  }
}

function loadCommands({ code, write, namespace, why }: CommandDeps): Record<string, Command> {
  return {
    lc: (...files: readonly (ModuleRef | readonly ModuleRef[])[]) => code.lc(files.flatMap((file) => (isList(file) ? file : [file])).map(moduleRef)),
    // c:nl/1 answers `abcast` whatever happens on the nodes; this is the only node.
    async nl(module: ModuleRef) {
      const answer: readonly ['module', string] | LoadError = await code.l(moduleRef(module))
      return answer[0] === 'error' && answer[1] === 'nofile' ? 'error' : 'abcast'
    },
    m(module?: ModuleRef) {
      write(module === undefined ? moduleTable(code) : moduleFacts(code, moduleRef(module)))
      return 'ok'
    },
    async why(module: ModuleRef, how?: WhyHow) {
      const file = code.which(moduleRef(module))
      write(`${await why(file === 'non_existing' && typeof module === 'string' ? module : file, how)}\n`)
      return 'ok'
    },
    mod: (module: ModuleRef) => (typeof module === 'string' ? namespace(module) : moduleRef(module)),
  }
}

function moduleTable(code: CodeApi): string {
  const rows = code.loaded().sort().map((name) => {
    const { current, old } = code.versions(name)
    return [name, slot(current), slot(old), code.moduleStatus(name), code.which(name)]
  })
  return table([['Module', 'Current', 'Old', 'Status', 'File'], ...rows])
}

/** As c:m/1: what is loaded, and what it exports. */
function moduleFacts(code: CodeApi, module: ModuleRef): string {
  const { current, old } = code.versions(module)
  const info = current === 0 ? undefined : code.moduleInfo(module)
  return table([
    ...(info === undefined ? [] : [['Module', info.module]]),
    ['Current', slot(current)],
    ['Old', slot(old)],
    ['Status', code.moduleStatus(module)],
    ['File', code.which(module)],
    ...(info === undefined ? [] : [['MD5', info.md5], ['Functions', info.exports.map(([name, arity]) => `${name}/${arity}`).join(', ')]]),
  ])
}

const slot = (version: number): string => (version === 0 ? '-' : `v${version}`)

function shellCommands({ write, bindings }: CommandDeps): Record<string, Command> {
  return {
    help() {
      write(shellHelp)
      return 'ok'
    },
    b: () => Object.fromEntries(bindings.names().map((name) => [name, bindings.get(name)])),
    f(name?: string) {
      bindings.forget(name)
      return 'ok'
    },
    memory: () => process.memoryUsage(),
    uptime() {
      const seconds = Math.floor(process.uptime())
      const parts: (readonly [number, string])[] = [[Math.floor(seconds / 86_400), 'days'], [Math.floor(seconds / 3600) % 24, 'hours'], [Math.floor(seconds / 60) % 60, 'minutes'], [seconds % 60, 'seconds']]
      write(`${parts.filter(([n], index) => n > 0 || index === 3).map(([n, unit]) => `${n} ${unit}`).join(', ')}\n`)
      return 'ok'
    },
  }
}

function moduleRef(value: ModuleRef): ModuleRef {
  const module = unwrapModule(value)
  return typeof module === 'string' || module instanceof Object ? module : isNullPrototype(module) ? module : value
}

/** Module namespaces have no prototype, so `instanceof Object` does not know them. */
const isNullPrototype = (value: unknown): value is object => typeof value === 'object' && value !== null
const isList = (value: ModuleRef | readonly ModuleRef[]): value is readonly ModuleRef[] => Array.isArray(value)
const isTriple = (value: ModuleRef | readonly [ModuleRef, string, string]): value is readonly [ModuleRef, string, string] => Array.isArray(value)
