/** The code server's functions for programs and the shell: OTP's names and results over `CodeServer` and the control thread. */
import { hash as digest } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { inspect } from 'node:util'
import { isFunction } from '../../base/guards'
import { moduleName } from '../../protocol/ids'
import type { BatchError, CodeApi, Loaded, LoadError, LoadErrorReason, ModuleInfo, ModuleRef, ObjectCode, Wanted } from './codeApi'
import type { CodeServer } from './codeServer'
import { BadArgError, UndefError } from '../errors'
import { resolveFun } from '../identity/externalFuns'
import type { CodeAnswer, CodeRequest, WantedModule } from '../link'
import type { MainPort } from '../mainPort'
import { readableOf } from './moduleTable'
import type { Instance, ModuleRecord } from './moduleTable'
import { Pid } from '../process/pid'
import { drivePromise } from '../steps'
import type { VersionRecord } from './version'

export interface CodeFunctionsDeps {
  readonly server: CodeServer
  readonly port: MainPort
  lingers(pid: Pid, version: VersionRecord): boolean
  /** Sends to the running process. */
  tellSelf(message: unknown): void
  /** Whoever runs now; only its identity matters. */
  current(): object
  /** Unwinds when the caller was among those a purge ended. */
  throwIfEnded(): void
  print(text: string): void
  /** Why a load failed that answers only that it did, for a person who asked for it. */
  explain(problems: string): void
  readonly embedded: boolean
}

export function createCodeFunctions(deps: CodeFunctionsDeps): CodeApi {
  const { server, port, lingers, throwIfEnded, print, embedded } = deps
  const { table } = server
  /** What `loadBinary` was told in place of a file. */
  const origins = new WeakMap<Instance, string>()
  const digests = new WeakMap<Instance, string>()

  const find = (module: ModuleRef): ModuleRecord | undefined => (typeof module === 'string' ? table.find(module) : table.ofNamespace(checked(module)))
  const nameOf = (module: ModuleRef): string => find(module)?.name ?? (typeof module === 'string' ? module : '')
  const shortOf = (module: ModuleRef): string => (typeof module === 'string' ? module : nameOf(module))
  const isNodes = (module: ModuleRef): boolean => typeof module === 'string' && find(module) === undefined && (module === 'codeswitch' || (isBuiltin(module) && (module.startsWith('node:') || !isOfWorkspace(module))))
  const isOfWorkspace = (name: string): boolean => port.askNow('names', {}).names.some((known) => known === name || known.endsWith(`/${name}`))
  const currents = (): ModuleRecord[] => [...table.all()].filter((record) => record.current !== undefined)
  const fileOf = (record: ModuleRecord, current: Instance): string => origins.get(current) ?? record.file

  const ask = (request: CodeRequest): Promise<CodeAnswer> => port.ask('code', { ...request, nested: server.isLoading() })
  /** A module cannot be loaded by its own top level or `onLoad`: it would wait for itself. */
  const ownOf = (modules: readonly ModuleRef[]): ModuleRef[] => modules.filter((module) => find(module)?.drafting?.isRunBy(deps.current()) === true)
  const load = async (module: ModuleRef, request: CodeRequest): Promise<Loaded | LoadError> => {
    if (isNodes(module)) return ['error', 'sticky_directory']
    if (ownOf([module]).length > 0) return ['error', 'pending_on_load']
    const answer = await ask(request)
    if (answer.kind === 'errors' && answer.printed !== '') deps.explain(answer.printed)
    return answer.kind === 'loaded' ? ['module', shortOf(module)] : ['error', errorsOf(answer)[0]?.[1] ?? 'badfile']
  }
  const l = (module: ModuleRef): Promise<Loaded | LoadError> => load(module, { op: 'l', module: nameOf(module) })

  /** What nobody can finish any more is forgotten on the other side, too. */
  const forgotten = new FinalizationRegistry<number>((handle) => void ask({ op: 'drop', handle }))
  const remember = (prepared: Prepared): Prepared => {
    forgotten.register(prepared, prepared.handle)
    return prepared
  }

  const several = async (op: 'atomicLoad' | 'prepare' | 'compile', modules: readonly Wanted[]): Promise<CodeAnswer> => {
    if (!Array.isArray(modules) || modules.some((one) => isTriple(one) && (typeof one[1] !== 'string' || (typeof one[2] !== 'string' && !isObjectCode(one[2]))))) throw new BadArgError('a list of modules is wanted, or of [module, file, text]')
    modules.map(moduleOf).forEach(checked)
    const own = ownOf(modules.map(moduleOf))
    if (own.length > 0) return { kind: 'errors', errors: own.map((module) => [nameOf(module), 'pending_on_load']), printed: '' }
    const others = modules.filter((one) => isTriple(one) && isObjectCode(one[2]) && !isOf(one[2], one[0]))
    if (others.length > 0) return { kind: 'errors', errors: others.map((one) => [nameOf(moduleOf(one)), 'badfile']), printed: '' }
    const answer = await ask({ op, modules: modules.map((one): WantedModule => (isTriple(one) ? [nameOf(one[0]), one[1], textOf(one[2])] : nameOf(one))) })
    if (op !== 'compile' && answer.kind === 'errors' && answer.printed !== '') deps.explain(answer.printed)
    return answer
  }
  const isOf = (binary: ObjectCode, module: ModuleRef): boolean => binary.module === nameOf(module) || binary.module.endsWith(`/${shortOf(module)}`)

  const digestOf = (record: ModuleRecord, current: Instance): string => {
    const known = digests.get(current) ?? port.askNow('digest', { module: record.name, hash: current.unit.hash }) ?? current.unit.hash
    digests.set(current, known)
    return known
  }
  const status = (record: ModuleRecord, current: Instance): 'loaded' | 'modified' | 'removed' => {
    const origin = origins.get(current)
    if (origin === '') return 'loaded' // generated: there is no file it could differ from
    const hash = hashOnDisk(record.file)
    if (hash === undefined) return 'removed'
    if (origin === 'cover_compiled') return 'modified'
    if (hash === current.unit.hash) return 'loaded'
    return port.askNow('digest', { module: record.name }) === digestOf(record, current) ? 'loaded' : 'modified'
  }
  const modified = (): string[] => currents().filter((record) => record.current !== undefined && status(record, record.current) === 'modified').map((record) => record.name)

  const infoOf = (module: ModuleRef): ModuleInfo => {
    const record = find(module)
    const current = record?.current
    if (record === undefined || current === undefined) throw new UndefError(shortOf(module), 'moduleInfo', 1)
    const md5 = digestOf(record, current)
    const exports = readableOf(current).flatMap(([name, read]): [string, number][] => {
      const value = read()
      return isFunction(value) ? [[name, resolveFun(value).length]] : []
    })
    const vsn: unknown = current.exports.vsn?.() ?? BigInt(`0x${md5}`)
    return { module: record.name, exports, attributes: [['vsn', [vsn]]], compile: [['source', fileOf(record, current)]], md5 }
  }
  function moduleInfo(module: ModuleRef): ModuleInfo
  function moduleInfo<K extends keyof ModuleInfo>(module: ModuleRef, key: K): ModuleInfo[K]
  function moduleInfo(module: ModuleRef, key?: keyof ModuleInfo): unknown {
    const info = infoOf(module)
    return key === undefined ? info : info[key]
  }

  function checkProcessCode(pid: Pid, module: ModuleRef): boolean
  function checkProcessCode(pid: Pid, module: ModuleRef, options: { readonly async: unknown }): 'async'
  function checkProcessCode(pid: Pid, module: ModuleRef, options: { readonly allowGc?: boolean }): boolean
  function checkProcessCode(pid: Pid, module: ModuleRef, options: { readonly async?: unknown; readonly allowGc?: boolean } = {}): boolean | 'async' {
    if (!(pid instanceof Pid)) throw new BadArgError(`${inspect(pid)} is no pid`)
    const old = find(module)?.old
    const result = old !== undefined && lingers(pid, old.record)
    if (!('async' in options)) return result
    deps.tellSelf(['checkProcessCode', options.async, result])
    return 'async'
  }

  const ensureLoaded = async (module: ModuleRef): Promise<Loaded | LoadError> => {
    const record = find(module)
    if (record?.current !== undefined || isNodes(module)) return ['module', shortOf(module)]
    if (embedded) return ['error', 'embedded']
    if (record?.drafting?.isRunBy(deps.current()) === true) return ['error', 'pending_on_load']
    const found = await port.ask('find', { text: nameOf(module), deleted: server.deleted() }).catch(() => 'badfile' as const)
    if (found === 'badfile') return ['error', 'badfile']
    if ('error' in found) return ['error', 'nofile']
    server.offer(found.units)
    const outcome = await drivePromise(server.autoloader.ensureSteps(found.module))
    if (outcome.kind !== 'failed') return ['module', shortOf(module)]
    return ['error', outcome.reason === 'on_load_failure' || outcome.reason === 'nofile' ? outcome.reason : 'badfile']
  }

  return {
    l,
    async c(module) {
      if (isNodes(module)) return ['error', 'sticky_directory']
      if (ownOf([module]).length > 0) return ['error', 'pending_on_load']
      const answer = await ask({ op: 'c', module: nameOf(module) })
      if (answer.kind !== 'errors') return ['ok', shortOf(module)]
      if (answer.printed !== '') print(`${answer.printed}\n`)
      if (answer.printed !== '') return 'error'
      return ['error', errorsOf(answer)[0]?.[1] ?? 'badfile']
    },
    async lc(modules) {
      const answer = await several('compile', modules)
      if (answer.kind === 'errors' && answer.printed !== '') print(`${answer.printed}\n`)
      return answer.kind === 'errors' ? 'error' : 'ok'
    },
    loadFile: (module) => load(module, { op: 'loadFile', module: nameOf(module) }),
    async loadAbs(file) {
      if (typeof file !== 'string') throw new BadArgError(`${inspect(file)} is no file`)
      const answer = await ask({ op: 'loadFile', module: file })
      return answer.kind === 'loaded' ? ['module', answer.modules[0] ?? file] : ['error', errorsOf(answer)[0]?.[1] ?? 'badfile']
    },
    async loadBinary(module, file, binary) {
      if (typeof file !== 'string' || (typeof binary !== 'string' && !isObjectCode(binary))) throw new BadArgError('loadBinary takes a module, the name of a file, and a text or what getObjectCode answered')
      if (isObjectCode(binary) && !isOf(binary, module)) return ['error', 'badfile']
      const result = await load(module, { op: 'loadBinary', module: nameOf(module), file: file === 'cover_compiled' ? '' : file, text: textOf(binary) })
      const current = find(module)?.current
      if (result[0] === 'module' && current !== undefined && (file === '' || file === 'cover_compiled')) origins.set(current, file)
      return result
    },
    ensureLoaded,
    async ensureModulesLoaded(modules) {
      if (!Array.isArray(modules)) throw new BadArgError('a list of modules is wanted')
      modules.forEach(checked)
      const errors: (readonly [string, LoadErrorReason])[] = []
      for (const module of modules) {
        const result = await ensureLoaded(module)
        if (result[0] === 'error') errors.push([shortOf(module), result[1]])
      }
      return errors.length === 0 ? 'ok' : ['error', errors]
    },
    atomicLoad: async (modules) => batch(await several('atomicLoad', modules)),
    async prepareLoading(modules) {
      const answer = await several('prepare', modules)
      return answer.kind === 'prepared' ? ['ok', remember(new Prepared(answer.handle))] : ['error', errorsOf(answer)]
    },
    async finishLoading(prepared) {
      if (!(prepared instanceof Prepared)) throw new BadArgError('not what prepareLoading answered')
      const answer = await ask({ op: 'finish', handle: prepared.handle })
      if (answer.kind === 'consumed') throw new BadArgError('these modules were loaded already')
      return batch(answer)
    },
    purge(module) {
      const record = find(module)
      const killed = record === undefined ? [] : server.purge(record.name)
      throwIfEnded()
      return killed.length > 0
    },
    softPurge(module) {
      const record = find(module)
      return record === undefined || server.softPurge(record.name)
    },
    delete(module) {
      const record = find(module)
      return record !== undefined && server.delete(record.name)
    },
    rollback(module) {
      const record = find(module)
      const version = record === undefined ? undefined : server.rollback(record.name)
      return version === undefined ? ['error', 'nofile'] : ['module', shortOf(module)]
    },
    checkOldCode: (module) => find(module)?.old !== undefined,
    checkProcessCode,
    isLoaded(module) {
      const record = find(module)
      if (isNodes(module)) return ['file', 'preloaded']
      return record?.current === undefined ? false : ['file', fileOf(record, record.current)]
    },
    allLoaded: () => currents().map((record) => [record.name, record.file]),
    loaded: () => [...table.all()].filter((record) => record.current !== undefined || record.old !== undefined).map((record) => record.name),
    moduleStatus(module) {
      const record = find(module)
      if (record?.current === undefined) return isNodes(module) ? 'loaded' : 'not_loaded'
      return status(record, record.current)
    },
    modifiedModules: modified,
    functionExported(module, name, arity) {
      const value = find(module)?.current?.exports[name]?.()
      return isFunction(value) && (arity === undefined || resolveFun(value).length === arity)
    },
    moduleInfo,
    moduleMd5(module) {
      if (isObjectCode(module)) return port.askNow('digest', { module: moduleName(module.module), text: module.text })
      const record = find(module)
      return record?.current === undefined ? undefined : digestOf(record, record.current)
    },
    async getObjectCode(module) {
      const answer = await ask({ op: 'objectCode', module: nameOf(module) })
      if (answer.kind !== 'objectCode') return 'error'
      const { module: name, file, text } = answer
      return [name, new Compiled(name, file, text), file]
    },
    apply: (module, name, args = []) => server.calls.apply(nameOf(module), name, args),
    mm: modified,
    async lm() {
      const results: (Loaded | LoadError)[] = []
      for (const module of modified()) results.push(await l(module))
      return results
    },
    stick: (module) => server.stick(find(module), true),
    unstick: (module) => server.stick(find(module), false),
    isSticky(module) {
      const record = find(module)
      return record === undefined ? isNodes(module) : server.isSticky(record)
    },
    stickDir(folder) {
      if (typeof folder !== 'string') throw new BadArgError(`${inspect(folder)} is no folder`)
      server.stickyFolders.add(path.resolve(folder))
      return 'ok'
    },
    unstickDir(folder) {
      server.stickyFolders.delete(path.resolve(folder))
      return 'ok'
    },
    which: (module) => (isNodes(module) ? 'preloaded' : find(module)?.file ?? port.askNow('fileOf', { module: nameOf(module) }) ?? 'non_existing'),
    getMode: () => (embedded ? 'embedded' : 'interactive'),
    versions(module) {
      const record = find(module)
      return { current: record?.current?.record.version ?? 0, old: record?.old?.record.version ?? 0 }
    },
  }
}

/** Opaque to its owner: modules that are ready to be loaded. */
class Prepared {
  constructor(readonly handle: number) {}
}

class Compiled implements ObjectCode {
  constructor(readonly module: string, readonly file: string, readonly text: string) {}
}

/** Who names no module and has none made a mistake that no answer tells. */
function checked<T>(module: T): T {
  if (typeof module !== 'string' && typeof module !== 'function' && (typeof module !== 'object' || module === null)) throw new BadArgError(`${inspect(module)} is no module`)
  return module
}

const isTriple = (wanted: Wanted): wanted is readonly [ModuleRef, string, string | ObjectCode] => Array.isArray(wanted)
const moduleOf = (wanted: Wanted): ModuleRef => (isTriple(wanted) ? wanted[0] : wanted)
const isObjectCode = (value: unknown): value is ObjectCode => value instanceof Compiled
const textOf = (binary: string | ObjectCode): string => (typeof binary === 'string' ? binary : binary.text)

function hashOnDisk(file: string): string | undefined {
  try {
    return digest('sha1', readFileSync(file)) // as the compiler does
  } catch {
    return undefined // it cannot be read: for the code server it is not there
  }
}

const batch = (answer: CodeAnswer): 'ok' | BatchError => (answer.kind === 'loaded' ? 'ok' : ['error', errorsOf(answer)])

const REASONS: ReadonlySet<string> = new Set<LoadErrorReason>(['badfile', 'nofile', 'not_purged', 'sticky_directory', 'on_load_failure', 'on_load_not_allowed', 'pending_on_load', 'duplicated', 'ambiguous'])
const isReason = (text: string): text is LoadErrorReason => REASONS.has(text)

const errorsOf = (answer: CodeAnswer): (readonly [string, LoadErrorReason])[] =>
  answer.kind === 'errors' ? answer.errors.map(([module, reason]) => [module, isReason(reason) ? reason : 'badfile']) : []
