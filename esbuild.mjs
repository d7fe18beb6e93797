/**
 * Builds what ships: six bundles and the type declarations of the package `codeswitch`.
 *   node esbuild.mjs            once
 *   node esbuild.mjs --watch    again at every change (bundles only)
 * An entry whose source does not exist yet is skipped with a notice. Exit code 1 when a bundle fails or outgrows its budget.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'

const root = dirname(fileURLToPath(import.meta.url))

/**
 * `external` is a promise of its own: the runtime bundle has none, so a value import of `vscode` or `esbuild` there fails the build.
 * @type {readonly { entry: string, out: string, external: string[], banner?: string, format?: 'esm', budgetKb: number, executable?: boolean }[]}
 */
const bundles = [
  { entry: 'src/extension.ts', out: 'dist/extension.js', external: ['vscode', 'esbuild'], budgetKb: 1500 },
  { entry: 'src/runtime/main.ts', out: 'dist/runtime.js', external: [], budgetKb: 760 },
  { entry: 'src/control/main.ts', out: 'dist/control.js', external: ['esbuild'], budgetKb: 1500 },
  { entry: 'src/cli/main.ts', out: 'dist/cli.js', external: ['esbuild'], banner: '#!/usr/bin/env node', budgetKb: 1500, executable: true },
  // esbuild leaves `0 && (module.exports = { name, … })` in a CJS bundle for Node, so `import { spawn } from 'codeswitch'` finds every name.
  { entry: 'src/index.ts', out: 'dist/index.js', external: [], budgetKb: 700 },
  { entry: 'src/children.ts', out: 'dist/children.mjs', external: ['tsx'], format: 'esm', budgetKb: 10 }
]

const publicTypes = 'src/runtime/api.ts'
/** `import.meta.hot` for the type checker. */
const clientTypes = 'src/runtime/hot/client.ts'

const present = bundles.filter((bundle) => {
  const found = existsSync(join(root, bundle.entry))
  if (!found) console.log(`skipped ${bundle.out}: ${bundle.entry} does not exist`)
  return found
})

const optionsOf = (bundle) => ({
  absWorkingDir: root,
  entryPoints: [bundle.entry],
  outfile: bundle.out,
  bundle: true,
  format: bundle.format ?? 'cjs',
  platform: 'node',
  target: 'node20',
  // ESM first: UMD builds such as jsonc's and jsonrpc's hide their requires from the bundler.
  mainFields: ['module', 'main'],
  external: bundle.external,
  sourcemap: true,
  sourcesContent: false,
  minify: false,
  // `import.meta.url` is empty in a CJS bundle; these bundles use `__filename`.
  logLevel: 'warning',
  logOverride: { 'empty-import-meta': 'error' },
  ...(bundle.banner === undefined ? {} : { banner: { js: bundle.banner } })
})

/** Prints the size and tells whether the bundle stays within its budget. */
function report(bundle) {
  const out = join(root, bundle.out)
  const kb = statSync(out).size / 1024
  if (bundle.executable) chmodSync(out, 0o755)
  const fits = kb <= bundle.budgetKb
  console.log(`${bundle.out}  ${kb.toFixed(1)} kB${fits ? '' : `  over its budget of ${bundle.budgetKb} kB`}`)
  return fits
}

/** Declarations for users of the package: the API file and whatever its types need. */
function emitTypes() {
  if (!existsSync(join(root, publicTypes))) {
    console.log(`skipped dist/types: ${publicTypes} does not exist`)
    return true
  }
  rmSync(join(root, 'dist/types'), { recursive: true, force: true })
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  const flags = '--ignoreConfig --emitDeclarationOnly --declaration --noEmitOnError false --outDir dist/types --rootDir src --strict --skipLibCheck --target es2023 --lib es2023,esnext.disposable --module esnext --moduleResolution bundler --types node'
  const result = spawnSync(process.execPath, [tsc, publicTypes, clientTypes, ...flags.split(' ')], { cwd: root, encoding: 'utf8' })
  const written = existsSync(join(root, 'dist/types/runtime/api.d.ts'))
  // Type errors are for `npm run check` to judge; the build only needs the declarations to be there.
  if (result.status !== 0) console.log(`dist/types: written with type errors\n${result.stdout.trim()}`)
  if (!written) console.error('dist/types: no declarations written')
  return written
}

async function watch() {
  for (const bundle of present) {
    const notice = { name: 'notice', setup: (build) => build.onEnd((result) => { if (result.errors.length === 0) report(bundle) }) }
    const context = await esbuild.context({ ...optionsOf(bundle), plugins: [notice] })
    await context.watch()
  }
  emitTypes()
  console.log('watching; Ctrl-C ends')
}

async function once() {
  const results = await Promise.allSettled(present.map((bundle) => esbuild.build(optionsOf(bundle))))
  const built = results.every((result) => result.status === 'fulfilled')
  const fits = present.filter((_, i) => results[i]?.status === 'fulfilled').map(report).every(Boolean)
  const typed = emitTypes()
  if (!built || !fits || !typed) process.exitCode = 1
}

await (process.argv.includes('--watch') ? watch() : once())
