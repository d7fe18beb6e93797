/** From the start of the command until the first line of a program of 1000 modules. */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { transformSync } from 'esbuild'
import type { Figure, How, Section } from '../support/figures'
import { cli, temporaryFolder } from '../support/folders'
import { Program } from '../support/program'
import { interleaved, pause } from '../support/statistics'
import { writeWorkload } from '../support/workload'

const MODULES = 1000
const CACHE_IS_WRITTEN_MS = 4000
const tsx = createRequire(__filename).resolve('tsx/cli')

async function run(how: How): Promise<Figure[]> {
  const { folder } = writeWorkload(temporaryFolder(), MODULES, 'plain')
  compileAhead(folder)
  const cache = temporaryFolder()
  const codeswitch = (to: string) => (): Promise<number> => start(folder, [cli, 'run', '--no-watch', 'src/main.ts'], { CODESWITCH_CACHE: to })
  // Both keep what they compiled: the first start of each is not counted.
  await start(folder, [tsx, 'src/main.ts'], {}, CACHE_IS_WRITTEN_MS)
  await start(folder, [cli, 'run', '--no-watch', 'src/main.ts'], { CODESWITCH_CACHE: cache }, CACHE_IS_WRITTEN_MS)
  const found = await interleaved(how.quick ? 2 : 7, {
    cold: () => codeswitch(path.join(emptied(cache, 'cold')))(),
    warm: codeswitch(cache),
    tsxWarm: () => start(folder, [tsx, 'src/main.ts']),
    tsxCold: () => start(folder, [tsx, 'src/main.ts'], { TSX_DISABLE_CACHE: '1' }),
    plain: () => start(folder, ['out/main.mjs']),
  })
  const what = { tsx: 'tsx, later starts', tsxCold: 'tsx, first start', plain: 'node, compiled ahead' }
  return [
    { what: 'codeswitch run, first start', unit: 'ms', samples: found.cold, against: what.tsxCold, atMost: 1 },
    { what: 'codeswitch run, later starts', unit: 'ms', samples: found.warm, against: what.tsx, atMost: 0.5 },
    { what: what.tsx, unit: 'ms', samples: found.tsxWarm },
    { what: what.tsxCold, unit: 'ms', samples: found.tsxCold },
    { what: what.plain, unit: 'ms', samples: found.plain, against: what.tsx },
  ]
}

async function start(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}, stayMs = 0): Promise<number> {
  const program = new Program({ command: process.execPath, args, cwd, env })
  try {
    const ms = (await program.line((line) => line.startsWith('@@LIVE'), 60_000)) - program.startedAt
    await pause(stayMs)
    return ms
  } finally {
    await program.stop()
  }
}

function emptied(within: string, name: string): string {
  const folder = path.join(within, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  return folder
}

/** What a build would leave: the same modules as JavaScript. */
function compileAhead(folder: string): void {
  mkdirSync(path.join(folder, 'out'))
  for (const name of readdirSync(path.join(folder, 'src'))) {
    const { code } = transformSync(readFileSync(path.join(folder, 'src', name), 'utf8'), { loader: 'ts', format: 'esm', target: 'node20' })
    writeFileSync(path.join(folder, 'out', name.replace('.ts', '.mjs')), code.replace(/(\.\/m\d+)\.ts/g, '$1.mjs'))
  }
}

export const startUp: Section = { name: 'start', title: `Start of a program of ${MODULES} modules, until its first line`, run }
