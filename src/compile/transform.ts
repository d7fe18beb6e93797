import type { Message, TransformOptions } from 'esbuild'
import type { Problem } from '../base/problem'
import { namesItself, withMetadata } from './decoratorMetadata'
import type { Loader } from './format'
import { esbuildProblem, fileProblem } from './problems'
import type { TsSettings } from './tsconfigs'

export type Transformed =
  | { readonly ok: true; readonly code: string; readonly map: string; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** `cjs`: imports and exports become `require` and `exports`, as in TypeScript's own output for CommonJS. */
export type Target = 'asWritten' | 'cjs'

/** What the CommonJS wrapper provides, and what stands for it while it is looked for. */
const wrapperNames = ['require', 'module', 'exports', '__dirname', '__filename']
const marker = '$codeswitch_free_'
const markers = Object.fromEntries(wrapperNames.map((name) => [name, marker + name.replaceAll('_', '')]))
const wrapperName = new RegExp(`\\b(?:${wrapperNames.join('|')})\\b`)

/** Whether the words are there at all: a quick look, also true for strings and properties. */
export const mentionsWrapper = (code: string): boolean => wrapperName.test(code)

/**
 * TypeScript, JSX and syntax that Node cannot run become plain JavaScript. esbuild is a service process of its own,
 * shared by all transformers of this process; it starts with the first use (25 ms) and ends with this process.
 */
export class Transformer {
  private started: Promise<typeof import('esbuild')> | undefined

  constructor(private readonly nodeVersion: string) {}

  /** True once esbuild was started, or is starting. */
  get isStarted(): boolean {
    return this.started !== undefined
  }

  /** Starts the service, so that the first save does not wait for it. */
  async warm(): Promise<void> {
    const { transform } = await this.service()
    await transform('', { loader: 'ts' })
  }

  transform(file: string, text: string, loader: Loader, settings: TsSettings, target: Target = 'asWritten'): Promise<Transformed> {
    const options = this.options(file, loader, settings)
    const { typescript } = settings
    const said = typescript !== undefined && (loader === 'ts' || loader === 'tsx') ? withMetadata(typescript, file, text, settings.compilerOptions) : undefined
    const how = said === undefined ? options : { ...options, loader: loader === 'ts' ? 'js' : 'jsx', keepNames: namesItself(said) } as const
    return this.run(file, said ?? text, target === 'cjs' ? { ...how, format: 'cjs' } : how)
  }

  /** The shortest way to say the same; undefined when it does not compile. */
  async minify(file: string, text: string, loader: Loader, settings: TsSettings): Promise<string | undefined> {
    const result = await this.run(file, text, { ...this.options(file, loader, settings), minify: true, format: 'esm', legalComments: 'none' })
    return result.ok ? result.code : undefined
  }

  /** Whether the text refers to what only CommonJS has (`require`, `module`, `__dirname` ...) and does not declare it itself. */
  async usesWrapper(file: string, text: string, loader: Loader, settings: TsSettings): Promise<boolean> {
    const transformed = await this.run(file, text, { ...this.options(file, loader, settings), define: markers })
    return transformed.ok && transformed.code.includes(marker)
  }

  private async run(file: string, text: string, options: TransformOptions & { readonly sourcemap: 'external' }): Promise<Transformed> {
    const { transform } = await this.service()
    try {
      return successful(file, text, await transform(text, options))
    } catch (error) {
      if (hasMessages(error)) return refused(file, text, error)
    }
    // Not about this text: the service ended (killed, out of memory). esbuild starts a new one at the next call.
    try {
      return successful(file, text, await transform(text, options))
    } catch (error) {
      if (hasMessages(error)) return refused(file, text, error)
      return { ok: false, problems: [fileProblem(file, `esbuild: ${error instanceof Error ? error.message : String(error)}`)] }
    }
  }

  private service(): Promise<typeof import('esbuild')> {
    this.started ??= import('esbuild')
    return this.started
  }

  private options(file: string, loader: Loader, settings: TsSettings): TransformOptions & { readonly sourcemap: 'external' } {
    return {
      loader: loader === 'plain' ? 'js' : loader,
      target: `node${this.nodeVersion.replace(/^v/, '')}`,
      platform: 'node',
      sourcefile: file,
      sourcemap: 'external',
      sourcesContent: false,
      charset: 'utf8',
      logLevel: 'silent',
      tsconfigRaw: { compilerOptions: { ...settings.compilerOptions } },
      // The rewriter follows native async functions and generators, and cannot follow `using` and decorators.
      supported: {
        'using': false, 'decorators': false,
        'async-await': true, 'async-generator': true, 'for-await': true, 'generator': true, 'top-level-await': true,
      },
    }
  }
}

function successful(file: string, text: string, result: { readonly code: string; readonly map: string; readonly warnings: readonly Message[] }): Transformed {
  const warnings = result.warnings.map((message) => esbuildProblem(file, text, message, 'warning'))
  return { ok: true, code: result.code, map: result.map, warnings }
}

function refused(file: string, text: string, failure: Failure): Transformed {
  const warnings = failure.warnings.map((message) => esbuildProblem(file, text, message, 'warning'))
  return { ok: false, problems: [...failure.errors.map((message) => esbuildProblem(file, text, message, 'error')), ...warnings] }
}

interface Failure {
  readonly errors: readonly Message[]
  readonly warnings: readonly Message[]
}

function hasMessages(error: unknown): error is Failure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors) && error.errors.length > 0
    && 'warnings' in error && Array.isArray(error.warnings)
}
