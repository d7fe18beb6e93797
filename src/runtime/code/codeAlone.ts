/** `code` in a program that runs with plain `node`: there is nothing that loads, and nothing old. */
import type { CodeApi } from './codeApi'
import { UndefError } from '../errors'

const refuse = (): never => {
  throw new Error('There is no code server: run the program in VS Code or with `codeswitch run` to load modules')
}

function checkProcessCode(): false
function checkProcessCode(): never
function checkProcessCode(): false {
  return false
}

/** Loads reject and object code cannot be had; questions are answered as for modules that were never loaded. */
export const codeAlone: CodeApi = {
  l: async () => refuse(), c: async () => refuse(), lc: async () => refuse(), lm: async () => refuse(),
  loadFile: async () => refuse(), loadAbs: async () => refuse(), loadBinary: async () => refuse(),
  ensureLoaded: async () => refuse(), ensureModulesLoaded: async () => refuse(),
  atomicLoad: async () => refuse(), prepareLoading: async () => refuse(), finishLoading: async () => refuse(),
  getObjectCode: async () => 'error',
  purge: () => false, softPurge: () => true, delete: () => false, rollback: () => ['error', 'nofile'],
  checkOldCode: () => false, checkProcessCode,
  isLoaded: () => false, allLoaded: () => [], loaded: () => [], moduleStatus: () => 'not_loaded', modifiedModules: () => [], mm: () => [],
  functionExported: () => false, moduleMd5: () => undefined,
  moduleInfo: (module: unknown) => {
    throw new UndefError(typeof module === 'string' ? module : '(module)', 'moduleInfo', 1)
  },
  apply: async (module, name, args = []) => {
    const fn: unknown = typeof module === 'string' ? undefined : Reflect.get(module, name)
    if (typeof fn !== 'function') throw new UndefError(typeof module === 'string' ? module : '(module)', name, args.length)
    return Reflect.apply(fn, undefined, args)
  },
  stick: () => true, unstick: () => true, isSticky: () => false, stickDir: () => 'ok', unstickDir: () => 'ok',
  which: () => 'non_existing', getMode: () => 'embedded', versions: () => ({ current: 0, old: 0 }),
}
