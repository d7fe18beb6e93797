/** Runs cases of test/extension one after the other and prints what each test did. */
import { findCases, runExtensionTests } from './runExtensionTests.mjs'

/** @returns {Promise<{ passed: number, failed: number, skipped: number }>} summed over the cases; no names: all cases */
export async function runCases(names = [], grep = undefined) {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  for (const { name, ...options } of findCases(names)) {
    console.log(`\n${name}`)
    const started = performance.now()
    const results = await runExtensionTests({ ...options, ...(grep === undefined ? {} : { grep }) })
    results.forEach(print)
    for (const { kind } of results) if (kind in sum) sum[kind] += 1
    console.log(`  (${((performance.now() - started) / 1000).toFixed(1)} s)`)
  }
  return sum
}

function print({ kind, title, text, ms, message, stack }) {
  if (kind === 'said') console.log(indent(`| ${text}`))
  else if (kind === 'passed') console.log(`  ✔ ${title}${ms > 75 ? ` (${ms} ms)` : ''}`)
  else if (kind === 'skipped') console.log(`  - ${title}`)
  else console.log(`  ✖ ${title}\n${indent(message)}\n${indent(stack.split('\n').filter((line) => /^\s+at /.test(line) && !/node_modules\/mocha\/|\(?node:/.test(line)).slice(0, 8).join('\n'))}`)
}

const indent = (text) => text.replaceAll(/^(?=.)/gm, '      ')
