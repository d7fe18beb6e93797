import assert from 'node:assert/strict'
import { CliProcess } from './cliProcess'
import { sameBothWays, testNode, type Files } from './support/bothWays'

const esm = { 'package.json': '{"type":"module"}' }
const paths = { 'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }' }
const lib = { 'lib.ts': `export enum Color { Red = 3 }` }
const child = `import { Color } from '@/lib'\nprocess.send!([Color.Red, process.argv.slice(2), typeof (import.meta as { hot?: unknown }).hot]); process.disconnect()`
const packages = { esm, CommonJS: {} }

describe('TypeScript in child processes and workers of a program', () => {
  for (const [kind, type] of Object.entries(packages)) {
    const meta = kind === 'esm' ? child : child.replace('typeof (import.meta as { hot?: unknown }).hot', 'typeof module')
    it(`runs as under tsx when it is forked, with its tsconfig's paths (${kind})`, async () => {
      await sameBothWays({
        ...type, ...paths, ...lib, 'child.ts': meta,
        'main.ts': `import { fork } from 'node:child_process'\nconst c = fork('./child.ts', ['x']); c.on('message', (m) => console.log(m)); c.on('exit', (code) => console.log(code))`,
      })
    })
    it(`runs as under tsx when it is the entry of a cluster (${kind})`, async () => {
      await sameBothWays({
        ...type, ...lib,
        'main.ts': `import cluster from 'node:cluster'\nimport { Color } from './lib'\nif (cluster.isPrimary) cluster.fork().on('message', (m) => console.log(m)).on('exit', (code) => console.log(code))\nelse { process.send!(Color.Red); process.disconnect() }`,
      })
    })
  }

  it('runs as under tsx when a program hands on process.execArgv', async () => {
    await sameBothWays({
      ...esm, ...lib, 'child.ts': `import { Color } from './lib'; console.log(Color.Red)`,
      'main.ts': `import { execFileSync } from 'node:child_process'\nconsole.log(String(execFileSync(process.execPath, [...process.execArgv, 'child.ts'])))`,
    })
  })

  describe('where tsx does not help on every Node', () => {
    let cli: CliProcess | undefined
    afterEach(() => cli?.dispose())

    async function outputOf(files: Files & Readonly<Record<string, string>>, ...options: readonly string[]): Promise<readonly string[]> {
      cli = new CliProcess(files).start('run', '--no-watch', '--node', testNode, ...options, Object.keys(files).find((name) => name.startsWith('main.')) ?? '')
      const { code } = await cli.ended()
      assert.equal(code, 0, cli.stderr)
      return cli.stdout.trim().split('\n').sort()
    }

    const workers = `import { Worker } from 'node:worker_threads'\nfor (const file of [new URL('./w.ts', import.meta.url), './w.ts']) new Worker(file, { workerData: 4 }).on('message', (m) => console.log(m))`
    const worker = `import { parentPort, workerData } from 'node:worker_threads'\nimport { Color } from './lib'\nparentPort!.postMessage([Color.Red + workerData, typeof (import.meta as { hot?: unknown }).hot])`

    it('runs in a worker, named by path or URL', async () => {
      assert.deepEqual(await outputOf({ ...esm, ...lib, 'main.ts': workers, 'w.ts': worker }), [`[ 7, 'undefined' ]`, `[ 7, 'undefined' ]`])
    })

    it('runs in a worker when Node has arguments that no worker may have', async () => {
      assert.deepEqual(await outputOf({ ...esm, ...lib, 'main.ts': workers, 'w.ts': worker }, '--node-arg=--max-old-space-size=500'), [`[ 7, 'undefined' ]`, `[ 7, 'undefined' ]`])
    })

    it('finds the package codeswitch where it is not installed, with processes of its own', async () => {
      const own = `const pid = spawn(async () => console.log(await receive())); send(pid, `
      const lines = await outputOf({
        ...esm, 'main.ts': `import { fork } from 'node:child_process'\nimport { Worker } from 'node:worker_threads'\nfor (const file of ['c.ts', 'c.cjs', 'c.mjs']) fork(file); new Worker('./w.ts')`,
        'c.ts': `import { spawn, receive, send } from 'codeswitch'\n${own}'ts')`, 'w.ts': `import { spawn, receive, send } from 'codeswitch'\n${own}'worker')`,
        'c.cjs': `const { spawn, receive, send } = require('codeswitch')\n${own}'cjs')`, 'c.mjs': `import { spawn, receive, send } from 'codeswitch'\n${own}'mjs')`,
      })
      assert.deepEqual(lines, ['cjs', 'mjs', 'ts', 'worker'])
    })
  })
})
