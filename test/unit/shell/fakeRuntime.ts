import { createShell, type Shell, type ShellDeps } from '../../../src/runtime/shell/shell'
import { Pid } from '../../../src/runtime/process/pid'
import type { CodeApi, ModuleInfo, ModuleRef } from '../../../src/runtime/code/codeApi'

/** A runtime without processes that run: names, one mailbox, and modules that load when they are first named. */
export class FakeRuntime {
  printed = ''
  readonly loads: string[] = []
  readonly calls: unknown[] = []
  readonly mailbox: unknown[] = []
  shellPid = fakePid(7)
  inside = 0
  readonly stacks = new Map<Pid, readonly object[]>()
  readonly loaded = new Map<string, object>()
  readonly shell: Shell

  constructor(readonly onDisk: Readonly<Record<string, object>> = {}, extra: Partial<ShellDeps> = {}, failing: Readonly<Record<string, Error>> = {}) {
    this.shell = createShell({
      processes: {
        self: () => this.shellPid,
        processes: () => [this.shellPid, fakePid(40)],
        registered: () => ['t'],
        whereis: (name) => (name === 't' ? fakePid(40) : undefined),
        send: (to, message) => this.calls.push(['send', to, message]),
        receive: (pattern) => {
          const message: unknown = this.mailbox[0]
          if (this.mailbox.length > 0 && pattern(message)) this.mailbox.shift()
          return Promise.resolve(message)
        },
        processInfo: (pid) => ({ status: 'waiting', messageQueueLen: 2, currentFunction: `f${pid.id}`, currentStacktrace: this.stacks.get(pid) ?? [] }),
      },
      code: this.code(),
      modules: {
        namespace: (name) => (failing[name] === undefined ? this.namespace(name) : Promise.reject(failing[name])),
        import: (specifier) => import(specifier),
        require,
        names: async () => Object.keys(this.onDisk),
        exportsOf: async (name) => Object.keys(Object.entries(this.onDisk).find(([full]) => full === name || full.endsWith(`/${name}`))?.[1] ?? {}),
      },
      why: (file) => Promise.resolve(`why ${file}`),
      write: (text) => { this.printed += text },
      run: (fn) => {
        this.inside++
        return fn()
      },
      ...extra,
    })
  }

  async namespace(name: string): Promise<object | undefined> {
    await Promise.resolve()
    const found = Object.keys(this.onDisk).find((full) => full === name || full.endsWith(`/${name}`))
    if (found === undefined) return undefined
    if (!this.loaded.has(found)) {
      this.loads.push(found)
      this.loaded.set(found, this.onDisk[found] ?? {})
    }
    return this.loaded.get(found)
  }

  private code(): CodeApi {
    const record = (name: string) => (module: ModuleRef) => {
      this.calls.push([name, module])
      return ['module', typeof module === 'string' ? module : 'namespace'] as const
    }
    const unused = (): never => { throw new Error('not in this fake') }
    return {
      l: async (module) => record('l')(module),
      c: async (module) => ['ok', record('c')(module)[1]],
      purge: unused,
      loaded: () => ['src/t', 'a'],
      versions: () => ({ current: 2, old: 1 }),
      moduleStatus: () => 'modified',
      which: (module) => `/ws/${String(module)}.ts`,
      loadFile: unused, loadAbs: unused, loadBinary: unused, ensureLoaded: unused, atomicLoad: unused, finishLoading: unused, softPurge: unused,
      delete: unused, rollback: unused, checkOldCode: unused, checkProcessCode: unused, isLoaded: unused, allLoaded: unused, modifiedModules: unused,
      functionExported: unused, mm: unused, lm: unused, stick: unused, unstick: unused,
      lc: async (modules) => (modules.includes('bad') ? 'error' : 'ok'),
      prepareLoading: unused, ensureModulesLoaded: unused, moduleInfo, moduleMd5: unused, getObjectCode: unused, apply: unused, isSticky: unused, stickDir: unused, unstickDir: unused, getMode: unused,
    }
  }
}

function moduleInfo(module: ModuleRef): ModuleInfo
function moduleInfo<K extends keyof ModuleInfo>(module: ModuleRef, key: K): ModuleInfo[K]
function moduleInfo(module: ModuleRef, key?: keyof ModuleInfo): unknown {
  const info: ModuleInfo = { module: String(module), exports: [['start', 1]], attributes: [], compile: [], md5: 'c0ffee' }
  return key === undefined ? info : info[key]
}

const pids = new Map<number, Pid>()

export function fakePid(id: number): Pid {
  const pid = pids.get(id) ?? new Pid(id, () => livingSignal)
  pids.set(id, pid)
  return pid
}

const livingSignal = new AbortController().signal
