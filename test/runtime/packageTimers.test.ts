/** Timers that a package keeps for a top level, however its code comes to call the program: a job runs once a tick, whatever was saved. */
import assert from 'node:assert/strict'
import { World } from './support/world'

/** Stands for cron (`now`) and node-cron (`later`: the next tick is set first, and what awaits runs the job). */
const ticker = `
let count = 0
const job = (run) => (fn) => { const id = ++count; let runs = 0; const tick = () => setTimeout(() => run(tick, () => fn(id + '.' + ++runs)), 2); tick() }
export const now = job((tick, call) => { tick(); call() })
export const every = (fn) => { const id = ++count; let runs = 0; setInterval(() => { try { fn(id + '.' + ++runs) } catch { stopped(id) } }, 2) }
function stopped(id) { console.log('stopped ' + id) }
export const later = job(async (tick, call) => {
  tick()
  void (async () => { try { await null; await null; await call() } catch (error) { console.error('failed: ' + error.message) } })()
})`
const report = `export const report = (id) => console.log('report ' + id)`

describe('a timer that a package keeps for a job', () => {
  let world: World
  afterEach(() => world.end())

  const start = async (files: Readonly<Record<string, string>>): Promise<void> => {
    world = await World.start({
      'package.json': '{"type":"module"}', 'node_modules/ticker/package.json': '{"name":"ticker","type":"module","exports":"./ticker.js"}', 'node_modules/ticker/ticker.js': ticker,
      'report.js': report, ...files,
    }, { entry: 'main.js' })
  }
  /** Saves it, and answers which jobs run from the first run of `last` on, until that has run three times more. */
  async function jobsAfter(file: string, text: string, last: string): Promise<readonly string[]> {
    assert.equal((await world.save(file, text)).ok, true)
    await world.prints(`${last}.`)
    const runs = Number.parseInt(world.output.split(`${last}.`).at(-1) ?? '')
    world.output = ''
    await world.prints(`${last}.${runs + 3}\n`)
    return [...new Set(world.output.match(/^(?:report|job) \d+/gm))].sort()
  }

  for (const kind of ['now', 'later']) {
    it(`ends with the top level that was replaced, when the job was given by import (${kind})`, async () => {
      const main = (version: number): string => `import { ${kind} } from 'ticker'\nimport { report } from './report.js'\n${kind}(report) // ${version}`
      await start({ 'main.js': main(1) })
      await world.prints('report 1.')
      assert.deepEqual(await jobsAfter('main.js', main(2), 'report 2'), ['report 2'])
      assert.deepEqual(await jobsAfter('main.js', main(3), 'report 3'), ['report 3'])
    })

    it(`ends with the top level that was replaced, when another module set it for that (${kind})`, async () => {
      const jobs = (version: number): string => `import { ${kind} } from 'ticker'\nimport { report } from './report.js'
        export function begin() { ${kind}(report); ${kind}((id) => console.log('job ' + id)) } // ${version}`
      await start({ 'main.js': `import { start } from './app.js'\nstart()`, 'app.js': `import { begin } from './jobs.js'\nexport function start() { begin() }`, 'jobs.js': jobs(1) })
      await world.prints('job 2.')
      assert.deepEqual(await jobsAfter('jobs.js', jobs(2), 'job 4'), ['job 4', 'report 3'])
      assert.deepEqual(await jobsAfter('jobs.js', jobs(3), 'job 6'), ['job 6', 'report 5'])
    })
  }

  for (const kind of ['now', 'later', 'every']) {
    it(`is set again by the top level that is loaded again, in code that stays as it is (${kind})`, async () => {
      const main = (version: number): string => `import { start } from './jobs.js'\nstart() // ${version}`
      await start({ 'main.js': main(1), 'jobs.js': `import { ${kind} } from 'ticker'\nexport function start() { ${kind}((id) => console.log('job ' + id)) }` })
      await world.prints('job 1.')
      assert.deepEqual(await jobsAfter('main.js', main(2), 'job 2'), ['job 2'])
      assert.deepEqual(await jobsAfter('main.js', main(3), 'job 3'), ['job 3'])
    })

    it(`goes on when it is set once for all, whoever is loaded again (${kind})`, async () => {
      const main = (version: number): string => `import { start } from './jobs.js'\nstart() // ${version}`
      await start({ 'main.js': main(1), 'jobs.js': `import { ${kind} } from 'ticker'\nlet begun = false\nexport function start() { if (!begun) ${kind}((id) => console.log('job ' + id)); begun = true }` })
      await world.prints('job 1.')
      assert.deepEqual(await jobsAfter('main.js', main(2), 'job 1'), ['job 1'])
    })
  }

  it('ends with the top level that was replaced, when the job was given by require', async () => {
    const main = (version: number): string => `const { report } = require('./report.js')\nrequire('ticker').now(report) // ${version}`
    await start({ 'package.json': '{}', 'main.js': main(1), 'report.js': report.replace('export const report', 'exports.report'), 'node_modules/ticker/package.json': '{"name":"ticker"}', 'node_modules/ticker/ticker.js': '', 'node_modules/ticker/index.js': ticker.replaceAll('export const ', 'exports.') })
    await world.prints('report 1.')
    assert.deepEqual(await jobsAfter('main.js', main(2), 'report 2'), ['report 2'])
  })

  it('ends, when it is an interval, though its package catches what it throws', async () => {
    const main = (version: number): string => `import { every } from 'ticker'\nevery((id) => console.log('job ' + id)) // ${version}`
    await start({ 'main.js': main(1) })
    await world.prints('job 1.')
    assert.deepEqual(await jobsAfter('main.js', main(2), 'job 2'), ['job 2'])
    assert.equal(world.output.includes('stopped'), false)
  })

  it('says to a package that tells of errors why it ended', async () => {
    const main = (version: number): string => `import { later } from 'ticker'\nlater((id) => console.log('job ' + id)) // ${version}`
    await start({ 'main.js': main(1) })
    await world.prints('job 1.')
    assert.equal((await world.save('main.js', main(2))).ok, true)
    await world.prints('failed: main was loaded again, this timer of the version before has ended')
  })
})
