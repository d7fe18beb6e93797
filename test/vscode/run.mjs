#!/usr/bin/env node
/**
 * Extension tests by hand: node test/vscode/run.mjs [case…] [--grep text] [--verbose]
 * Builds first; runs every case of test/extension when none is named.
 */
import { parseArgs } from 'node:util'
import { ensureDependencies } from '../../scripts/lib/dependencies.mjs'
import { root } from '../../scripts/lib/paths.mjs'
import { run } from '../../scripts/lib/processes.mjs'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { grep: { type: 'string' }, verbose: { type: 'boolean', default: false }, 'no-build': { type: 'boolean', default: false } } })
if (values.verbose) process.env.CODESWITCH_TEST_VERBOSE = '1'
await ensureDependencies()
if (!values['no-build'] && (await run(process.execPath, ['esbuild.mjs'], { cwd: root })) !== 0) process.exit(1)
const { runCases } = await import('./runCases.mjs')
const { passed, failed } = await runCases(positionals, values.grep)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 || passed === 0 ? 1 : 0)
