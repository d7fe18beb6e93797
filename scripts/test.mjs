#!/usr/bin/env node
/**
 * npm test [-- stage…] [--node 24]: everything, or the named stages of check, unit, runtime, conformance, extension.
 * `--node` runs the mocha stages, and the programs they start, with another Node, fetched from npm.
 * Installs what is missing, builds, runs each stage even when an earlier one failed, and ends with the line `N passed, N failed`.
 * Exit code 1 when something failed or a stage ran no test.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureDependencies } from './lib/dependencies.mjs'
import { provideNode } from './lib/nodes.mjs'
import { local, root } from './lib/paths.mjs'
import { run } from './lib/processes.mjs'

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

const { values, positionals: named } = parseArgs({ allowPositionals: true, options: { node: { type: 'string' } } })

const oneTest = async (title, args) => {
  const code = await run(process.execPath, args, { cwd: root })
  console.log(`  ${code === 0 ? '✔' : '✖'} ${title}`)
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }
}

const sum = (counts) => counts.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }), { passed: 0, failed: 0, skipped: 0 })

const types = () => oneTest('types are sound', ['node_modules/typescript/bin/tsc', '-p', '.', '--noEmit'])
const lint = () => oneTest('lint finds nothing', ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0'])

/** Mocha over a folder, ended with its last test whatever a test left running; when it ends without having counted (a test file that cannot be loaded) that is one failure. */
const mocha = (folder, timeout) => async () => {
  mkdirSync(local, { recursive: true })
  const work = mkdtempSync(join(local, 'counts-'))
  const counts = join(work, 'counts.json')
  const args = ['node_modules/mocha/bin/mocha.js', '--reporter', 'scripts/lib/countingReporter.mjs', '--timeout', String(timeout), '--exit', `${folder}/**/*.test.ts`]
  const node = values.node === undefined ? process.execPath : await provideNode(values.node)
  const PATH = `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`
  const code = await run(node, args, { cwd: root, minutes: 40, env: { ...process.env, PATH, CODESWITCH_TEST_COUNTS: counts } })
  const counted = existsSync(counts) ? JSON.parse(readFileSync(counts, 'utf8')) : { passed: 0, failed: 0, skipped: 0 }
  rmSync(work, { recursive: true, force: true })
  if (code === 0 || counted.failed > 0) return counted
  console.log(`  ✖ mocha ended with code ${code}`)
  return { ...counted, failed: 1 }
}

async function extension() {
  const { runCases } = await import('../test/vscode/runCases.mjs')
  return runCases()
}

const hasTests = (folder) => existsSync(join(root, folder)) && readdirSync(join(root, folder), { recursive: true }).some((name) => name.endsWith('.test.ts'))

/** `needed` stages fail when they have no test; the others are left out until there is one. */
const stages = [
  { name: 'check', needed: true, run: async () => sum([await types(), await lint()]) },
  { name: 'unit', needed: true, run: mocha('test/unit', 20_000) },
  { name: 'runtime', needed: true, run: mocha('test/runtime', 60_000) },
  { name: 'conformance', needed: hasTests('test/conformance'), run: mocha('test/conformance', 60_000) },
  { name: 'extension', needed: true, run: extension }
]

await ensureDependencies()
const unknown = named.filter((name) => !stages.some((stage) => stage.name === name))
if (unknown.length > 0) {
  console.error(`no such stage: ${unknown.join(', ')} (there are: ${stages.map((stage) => stage.name).join(', ')})`)
  process.exit(2)
}
const wanted = stages.filter((stage) => (named.length > 0 ? named.includes(stage.name) : stage.needed))

const outcomes = []
const conclude = (name, counts, note = '') => outcomes.push({ name, counts, note })

console.log('\n== build')
const built = await oneTest('the bundles build', ['esbuild.mjs'])
if (built.failed > 0) conclude('build', built)
for (const stage of wanted) {
  console.log(`\n== ${stage.name}`)
  const started = performance.now()
  const counts = await stage.run().catch((error) => {
    console.error(error)
    return { passed: 0, failed: 1, skipped: 0 }
  })
  const empty = counts.passed + counts.failed === 0
  conclude(stage.name, empty ? { ...counts, failed: 1 } : counts, `${empty ? 'ran no test, ' : ''}${((performance.now() - started) / 1000).toFixed(1)} s`)
}

console.log('\n== summary')
for (const { name, counts, note } of outcomes) {
  console.log(`  ${name.padEnd(12)} ${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}  (${note})`)
}
const total = sum(outcomes.map(({ counts }) => counts))
console.log(`\n${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)
