import { parse } from 'acorn'
import type { Rewrite } from '../../../src/compile/compiler'

/** Parses as the rewriter does and changes nothing; counts its calls. `using` is what it cannot read. */
export function stubRewrite(): { readonly rewrite: Rewrite; readonly calls: () => number } {
  let calls = 0
  const rewrite: Rewrite = (code, { format }) => {
    calls++
    if (/\busing \w+ =/.test(code)) return { ok: false, line: 1, column: 0, message: 'using', needsLowering: true }
    const attempt = (sourceType: 'module' | 'commonjs'): ReturnType<Rewrite> => {
      try {
        parse(code, { ecmaVersion: 'latest', sourceType, allowHashBang: true })
        return { ok: true, value: unit(code, sourceType === 'module' ? 'esm' : 'commonjs') }
      } catch (error) {
        if (!(error instanceof SyntaxError) || !('loc' in error)) throw error
        const { line, column } = place(error.loc)
        return { ok: false, line, column, message: error.message.replace(/ \(\d+:\d+\)$/, '') }
      }
    }
    if (format !== 'auto') return attempt(format === 'esm' ? 'module' : 'commonjs')
    const script = attempt('commonjs')
    return script.ok ? script : attempt('module')
  }
  return { rewrite, calls: () => calls }
}

function unit(code: string, format: 'esm' | 'commonjs') {
  return {
    format, code, async: false, imports: [], exports: [], constants: [], stars: [], dynamic: [],
    functions: [{ name: 'ü𝒳', line: 1, column: 2 }], points: [0, 1, 0, -1, 70000, 2], shifts: [1, 4, 3], state: ['s'],
  } as const
}

function place(value: unknown): { line: number; column: number } {
  if (typeof value !== 'object' || value === null || !('line' in value) || !('column' in value)) return { line: 0, column: 0 }
  return { line: Number(value.line), column: Number(value.column) }
}
