/** The code server's functions for programs and the shell: OTP's names and results over `CodeServer` and the control thread. */
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isFunction } from '../base/guards'
import type { BatchError, CodeApi, Loaded, LoadError, LoadErrorReason, ModuleRef } from './codeApi'
import type { CodeServer } from './codeServer'
import { resolveFun } from './externalFuns'
import type { CodeAnswer, CodeRequest } from './link'
import type { MainPort } from './mainPort'
import type { ModuleRecord } from './moduleTable'
import type { Pid } from './pid'
import { drivePromise } from './steps'
import type { VersionRecord } from './version'

export interface CodeFunctionsDeps {
  readonly server: CodeServer
  readonly port: MainPort
  lingers(pid: Pid, version: VersionRecord): boolean
  /** Unwinds when the caller was among those a purge ended. */
  throwIfEnded(): void
  print(text: string): void
}

type Wanted = ModuleRef | readonly [ModuleRef, string, string]

export function createCodeFunctions({ server, port, lingers, throwIfEnded, print }: CodeFunctionsDeps): CodeApi {
  const { table } = server
  const find = (module: ModuleRef): ModuleRecord | undefined => {
    if (typeof module !== 'string') return table.ofNamespace(module)
    const exact = [...table.all()].find((record) => record.name === module)
    if (exact !== undefined) return exact
    const ending = [...table.all()].filter((record) => record.name.endsWith(`/${module}`))
    return ending.length === 1 ? ending[0] : undefined
  }
  const nameOf = (module: ModuleRef): string => find(module)?.name ?? (typeof module === 'string' ? module : '')
  const wanted = (modules: readonly Wanted[]): (string | readonly [string, string, string])[] => modules.map((one) => (isTriple(one) ? [nameOf(one[0]), one[1], one[2]] : nameOf(one)))
  const ask = (request: CodeRequest): Promise<CodeAnswer> => port.ask('code', request)
  const load = async (request: CodeRequest): Promise<Loaded | LoadError> => single(await ask(request))
  const shortOf = (module: ModuleRef): string => (typeof module === 'string' ? module : nameOf(module))

  const status = (record: ModuleRecord): 'loaded' | 'modified' | 'removed' => {
    try {
      return hash('sha1', readFileSync(record.file)) === record.current?.unit.hash ? 'loaded' : 'modified'
    } catch {
      return 'removed' // the file cannot be read: for the code server it is not there
    }
  }
  const currents = (): ModuleRecord[] => [...table.all()].filter((record) => record.current !== undefined)
  const modified = (): string[] => currents().filter((record) => status(record) === 'modified').map((record) => record.name)
  const l = async (module: ModuleRef): Promise<Loaded | LoadError> => named(await load({ op: 'l', module: nameOf(module) }), shortOf(module))

  return {
    l,
    async c(module) {
      const answer = await ask({ op: 'c', module: nameOf(module) })
      if (answer.kind !== 'errors') return ['ok', shortOf(module)]
      if (answer.printed !== '') print(`${answer.printed}\n`)
      if (answer.printed !== '') return 'error'
      return ['error', errorsOf(answer)[0]?.[1] ?? 'badfile']
    },
    loadFile: async (module) => named(await load({ op: 'loadFile', module: nameOf(module) }), shortOf(module)),
    loadAbs: (file) => load({ op: 'loadFile', module: file }),
    loadBinary: (module, file, text) => load({ op: 'loadBinary', module: nameOf(module), file, text }),
    async ensureLoaded(module) {
      const record = find(module)
      if (record?.current !== undefined) return ['module', shortOf(module)]
      const found = await port.ask('find', { text: nameOf(module) })
      if ('error' in found) return ['error', 'nofile']
      server.offer(found.units)
      try {
        await drivePromise(server.autoloadSteps(found.module, false))
        return ['module', shortOf(module)]
      } catch {
        return ['error', 'badfile'] // OTP answers an atom; the reason was reported where loads are
      }
    },
    atomicLoad: async (modules) => batch(await ask({ op: 'atomicLoad', modules: wanted(modules) })),
    async prepareLoading(modules) {
      const answer = await ask({ op: 'prepare', modules: wanted(modules) })
      return answer.kind === 'prepared' ? ['ok', new Prepared(answer.handle)] : ['error', errorsOf(answer)]
    },
    async finishLoading(prepared) {
      if (!(prepared instanceof Prepared)) throw new TypeError('badarg: not what prepareLoading answered')
      const answer = await ask({ op: 'finish', handle: prepared.handle })
      if (answer.kind === 'consumed') throw new TypeError('badarg: these modules were loaded already')
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
    checkProcessCode(pid, module) {
      const old = find(module)?.old
      return old !== undefined && lingers(pid, old.record)
    },
    isLoaded(module) {
      const record = find(module)
      return record?.current === undefined ? false : ['file', record.file]
    },
    allLoaded: () => currents().map((record) => [record.name, record.file]),
    loaded: () => [...table.all()].filter((record) => record.current !== undefined || record.old !== undefined).map((record) => record.name),
    moduleStatus(module) {
      const record = find(module)
      return record?.current === undefined ? 'not_loaded' : status(record)
    },
    modifiedModules: modified,
    functionExported(module, name, arity) {
      const value = find(module)?.current?.exports[name]?.()
      return isFunction(value) && (arity === undefined || resolveFun(value).length === arity)
    },
    mm: modified,
    async lm() {
      const results: (Loaded | LoadError)[] = []
      for (const module of modified()) results.push(await l(module))
      return results
    },
    stick(module) {
      const record = find(module)
      if (record !== undefined) record.sticky = true
      return true
    },
    unstick(module) {
      const record = find(module)
      if (record !== undefined) record.sticky = false
      return true
    },
    which: (module) => find(module)?.file ?? 'non_existing',
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

const isTriple = (wanted: Wanted): wanted is readonly [ModuleRef, string, string] => Array.isArray(wanted)

function single(answer: CodeAnswer): Loaded | LoadError {
  if (answer.kind === 'loaded') return ['module', answer.modules[0] ?? '']
  return ['error', errorsOf(answer)[0]?.[1] ?? 'badfile']
}

const named = (result: Loaded | LoadError, name: string): Loaded | LoadError => (result[0] === 'module' ? ['module', name] : result)

const batch = (answer: CodeAnswer): 'ok' | BatchError => (answer.kind === 'loaded' ? 'ok' : ['error', errorsOf(answer)])

const REASONS: ReadonlySet<string> = new Set<LoadErrorReason>(['badfile', 'nofile', 'not_purged', 'sticky_directory', 'on_load_failure', 'on_load_not_allowed', 'pending_on_load', 'duplicated', 'ambiguous'])
const isReason = (text: string): text is LoadErrorReason => REASONS.has(text)

const errorsOf = (answer: CodeAnswer): (readonly [string, LoadErrorReason])[] =>
  answer.kind === 'errors' ? answer.errors.map(([module, reason]) => [module, isReason(reason) ? reason : 'badfile']) : []
