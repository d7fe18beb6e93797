/**
 * npm run bench -- [filter…] [--quick]: figures and ratios, every comparison side by side in one run. Prints Markdown.
 * Fetches what it compares with (Vite, another Node) from npm, once; compares with Erlang where it is installed.
 */
import os from 'node:os'
import { parseArgs } from 'node:util'
import { provideNode } from '../../scripts/lib/nodes.mjs'
import { calls } from './rows/calls'
import { crowdRows } from './rows/crowd'
import { express } from './rows/express'
import { extension } from './rows/extension'
import { processes } from './rows/processes'
import { reloads } from './rows/reloads'
import { saveToLive } from './rows/saveToLive'
import { startUp } from './rows/startUp'
import { tableOf, type How, type Section } from './support/figures'

const sections: readonly Section[] = [saveToLive, startUp, calls, processes, crowdRows, reloads, express, extension]

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean', default: false } } })
  const chosen = sections.filter(({ name }) => positionals.length === 0 || positionals.some((filter) => name.includes(filter)))
  if (chosen.length === 0) throw new Error(`no section is called ${positionals.join(' ')}: ${sections.map(({ name }) => name).join(', ')}`)
  const say = (text: string): void => console.log(`> ${text}`)
  const how: How = { quick: values.quick, nodes: await nodes(say), say }
  console.log(`# Codeswitch benchmark\n\n${os.cpus().length} x ${os.cpus()[0]?.model ?? 'unknown processor'}, ${process.platform}, Node ${process.versions.node}${values.quick ? ', quick run' : ''}`)
  for (const section of chosen) {
    console.log(`\n## ${section.title}\n`)
    try {
      console.log(`\n${tableOf(await section.run(how))}`)
    } catch (error) {
      process.exitCode = 1
      console.log(`> ${section.name} could not be measured: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    }
  }
}

/** This Node, and the next one people use. */
async function nodes(say: (text: string) => void): Promise<How['nodes']> {
  const own = { label: `Node ${process.versions.node.split('.')[0] ?? ''}`, path: process.execPath }
  try {
    return [own, { label: 'Node 24', path: await provideNode('24') }].filter(({ label }, at) => at === 0 || label !== own.label)
  } catch (error) {
    say(`Node 24 cannot be fetched from npm, its rows are left out: ${String(error)}`)
    return [own]
  }
}

void main()
