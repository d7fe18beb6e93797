import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buildSync } from 'esbuild'

describe('the package without an extension', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'codeswitch-package-'))
  before(() => {
    buildSync({ entryPoints: [path.resolve(import.meta.dirname, '../../../../src/index.ts')], bundle: true, platform: 'node', format: 'cjs', outfile: path.join(folder, 'node_modules/codeswitch/index.js') })
  })
  after(() => rmSync(folder, { recursive: true }))

  /** What a plain `node` prints when it runs this program. */
  function run(program: string): string[] {
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
    return output.trim().split('\n')
  }

  it('runs the seed module', () => {
    assert.deepEqual(run(`
      import { spawn, register, receive, send, whereis, exit, monitor } from "codeswitch"
      async function doLoop() { const msg = await receive(); console.log(msg); return doLoop() }
      console.log(register('t', spawn(doLoop)))
      send('t', 'hello')
      const ref = monitor(whereis('t'))
      setImmediate(async () => {
        exit(whereis('t'), 'kill')
        console.log((await receive(['DOWN', ref, 'process', m => true, 'killed']))[4], whereis('t'))
      })
    `), ['true', 'hello', 'killed undefined'])
  })

  it('shows an uncaught error and goes on', () => {
    assert.deepEqual(run(`
      import { spawnMonitor, receive } from "codeswitch"
      console.error = (text) => console.log(text.split('\\n')[0])
      spawnMonitor(function work() { throw new Error('boom') })
      console.log((await receive())[4].message)
    `), ['Process <0.40.0> (work) ended with an error: Error: boom', 'boom'])
  })

  it('uses the functions of the host when there is one', () => {
    assert.deepEqual(run(`
      globalThis[Symbol.for('codeswitch.api')] = { spawn: () => 'the host spawns' }
      const { spawn } = await import("codeswitch")
      console.log(spawn())
    `), ['the host spawns'])
  })
})
