/** The modules of the workspace as lines of the shell reach them: by name, by `import()` and by `require`, all from the workspace folder. */
import { createRequire } from 'node:module'
import path from 'node:path'
import type { CodeServer } from '../code/codeServer'
import { codedError, DraftFailed } from '../code/draftFailed'
import { FROM_ROOT } from '../link'
import type { MainPort } from '../mainPort'
import type { ModuleRecord } from '../code/moduleTable'
import type { NativeModules } from '../node/nativeModules'
import { drivePromise } from '../steps'

export interface ShellModulesDeps {
  readonly server: CodeServer
  readonly port: Pick<MainPort, 'ask' | 'askNow'>
  readonly natives: NativeModules
}

export interface ShellModules {
  /** Loads the module when it is not loaded yet; undefined when no module is called so. Rejects when it does not compile or throws. */
  namespace(name: string): Promise<object | undefined>
  import(specifier: string): Promise<unknown>
  require(specifier: string): unknown
  /** Every module of the workspace, loaded or not. */
  names(): Promise<readonly string[]>
  /** What the module exports, without loading it; nothing when there is none or it does not compile. */
  exportsOf(name: string): Promise<readonly string[]>
}

export function createShellModules({ server, port, natives }: ShellModulesDeps): ShellModules {
  const load = async (module: Parameters<CodeServer['autoloader']['autoloadSteps']>[0]): Promise<ModuleRecord> => drivePromise(server.autoloader.autoloadSteps(module, false))

  return {
    async namespace(name) {
      const known = server.table.find(name)
      if (known?.current !== undefined) return known.namespace
      const found = await port.ask('find', { text: name, deleted: server.deleted() })
      // What was loaded once keeps its namespace: a call of it says `undef`.
      if ('error' in found) return known?.namespace
      server.offer(found.units)
      return (await load(found.module)).namespace
    },
    async import(specifier) {
      const { link, units } = await port.ask('resolve', { specifier, importer: FROM_ROOT, kind: 'import', deleted: server.deleted() })
      server.offer(units)
      if (link.kind === 'failed') throw codedError(link.code, link.message)
      if (link.kind === 'native') return natives.get(link.target) ?? natives.load(link.target)
      const record = await load(link.module)
      await record.current?.evaluation.promise.catch((error: unknown) => { throw error instanceof DraftFailed ? error.thrown : error })
      return record.namespace
    },
    require(specifier) {
      const answer = server.autoloader.requireNow(specifier, FROM_ROOT)
      if (answer !== undefined) return answer.exports
      const { link } = port.askNow('resolve', { specifier, importer: FROM_ROOT, kind: 'require', deleted: [] })
      return createRequire(path.join(process.cwd(), 'shell'))(link.kind === 'native' ? link.target : specifier)
    },
    async names() {
      const { names } = await port.ask('names', {})
      return [...new Set([...[...server.table.all()].map((record) => record.name), ...names])]
    },
    async exportsOf(name) {
      const known = server.table.find(name)
      if (known?.current !== undefined) return Object.keys(known.values)
      return (await port.ask('names', { of: name })).names
    },
  }
}
