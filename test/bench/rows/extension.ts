/** What VS Code waits for before `activate`: the bundle is read, compiled and run. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Figure, How, Section } from '../support/figures'
import { distDir, programFile } from '../support/folders'

async function run(how: How): Promise<Figure[]> {
  const samples: number[] = []
  for (let round = 0; round < (how.quick ? 3 : 15); round++) {
    const { stdout } = await promisify(execFile)(process.execPath, [programFile('loadExtension.cjs'), path.join(distDir, 'extension.js')])
    samples.push(Number(stdout))
  }
  return [{ what: 'load of dist/extension.js', unit: 'ms', samples, atMost: 50, note: 'without VS Code' }]
}

export const extension: Section = { name: 'extension', title: 'The extension', run }
