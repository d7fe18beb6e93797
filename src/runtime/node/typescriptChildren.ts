/**
 * Child processes and workers of the program are Node's own, not reloaded. As under tsx they can be TypeScript: `children.mjs` is
 * preloaded in them, by `process.execArgv`, which `fork` and `cluster` hand on, and by the `execArgv` of a `Worker`.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Worker } from 'node:worker_threads'

/** Told to a worker of `cluster` before it has to leave. Node keeps what begins with NODE_ from the program. */
export const LEAVING = 'NODE_CODESWITCH_LEAVING'

const preload = (): readonly string[] => ['--import', pathToFileURL(path.join(__dirname, 'children.mjs')).href]

export function preloadInChildren(): void {
  process.execArgv.push(...preload())
}

/** Packages that load plugins ask Node whether they can be TypeScript. */
export function tellTypeScript(): void {
  const { features } = process
  if (!Reflect.get(features, 'typescript')) Object.defineProperty(features, 'typescript', { value: 'transform', enumerable: true, configurable: true, writable: true })
}

/** Plain JavaScript needs no compiler, and starts faster without one; beside a tsconfig.json it may import TypeScript. */
export function mayBeTypeScript(file: string): boolean {
  if (!/\.[cm]?js$/.test(file)) return true
  return !/[\\/]node_modules[\\/]/.test(file) && hasTsconfig(path.dirname(file))
}

function hasTsconfig(folder: string): boolean {
  return existsSync(path.join(folder, 'tsconfig.json')) || (path.dirname(folder) !== folder && hasTsconfig(path.dirname(folder)))
}

type WorkerArguments = ConstructorParameters<typeof Worker>

/** A worker takes over what Node itself was started with, not `process.execArgv`. Whoever gives `execArgv` has said what it wants. */
export function withTypeScript([file, options]: WorkerArguments): WorkerArguments {
  if (options?.execArgv !== undefined || options?.eval === true) return [file, options]
  if (file instanceof URL && file.protocol !== 'file:') return [file, options]
  if (!mayBeTypeScript(path.resolve(file instanceof URL ? fileURLToPath(file) : file))) return [file, options]
  return [file, { ...options, execArgv: [...process.execArgv] }]
}

/** The same without those arguments that are for a whole process (`--max-old-space-size`), if that is what Node objects to. */
export function withoutRefused([file, options]: WorkerArguments, error: unknown): WorkerArguments | undefined {
  const refused = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_INVALID_EXEC_ARGV' ? / flags: (.*)$/s.exec(error.message)?.[1]?.split(', ') : undefined
  const execArgv = options?.execArgv?.filter((argument) => refused?.includes(argument) === false)
  return execArgv === undefined || execArgv.length === options?.execArgv?.length ? undefined : [file, { ...options, execArgv }]
}
