/** The example of croner, edited while its clock runs: a tick a second, as the package has nothing shorter. */
import assert from 'node:assert/strict'
import { Example, loaded } from '../support/example'

describe('the croner example', () => {
  let jobs: Example
  beforeEach(async () => { jobs = await Example.start('croner', 'the clock runs') })
  afterEach(() => jobs.world.end())

  const lines = (start: string): string[] => jobs.world.output.split('\n').filter((line) => line.startsWith(start))
  /** No job has run twice in a second. */
  function assertOnceATick(): void {
    for (const job of ['report ', 'job ']) {
      const seconds = lines(job).map((line) => / at (.*)\.\d+Z/.exec(line)?.[1])
      assert.deepEqual(seconds, [...new Set(seconds)])
    }
  }
  const ticks = async (text: string): Promise<void> => jobs.world.prints(text)

  it('runs the function of the last save at the next tick', async () => {
    await ticks('report 1: visit 1')
    assert.deepEqual(await jobs.edit('report.ts', ['report 1', 'report 2']), ['report'])
    await ticks('report 2: visit 2')
    const text = await jobs.read('report.ts')
    assert.equal((await jobs.save('report.ts', 'export function')).ok, false)
    await ticks('report 2: visit 3')
    loaded(await jobs.save('report.ts', text.replace('report 2', 'report 3')))
    await ticks('report 3: visit')
    assertOnceATick()
  })

  it('doubles no job when the module that made it is saved again and again', async () => {
    await ticks('job 1: ') // before or after the report of the same second
    for (let version = 2; version <= 101; version++) {
      await jobs.edit('jobs.ts', [`job ${version - 1}:`, `job ${version}:`])
    }
    await ticks('job 101: ')
    const visits = lines('report ').length
    await ticks(`visit ${visits + 3} `)
    assertOnceATick()
    await jobs.world.until(({ lingering }) => lingering.length === 0)
  })

  it('starts a job of a module that was added, and ends that of a job that was taken out', async () => {
    await jobs.world.write('extra.ts', `import { Cron } from 'croner'\nimport { count } from './visits'\nnew Cron('* * * * * *', () => { console.log('extra: ' + count()) })`)
    await jobs.edit('main.ts', [`import './jobs'`, `import './jobs'\nimport './extra'`])
    await ticks('extra: ')
    const text = await jobs.read('jobs.ts')
    loaded(await jobs.save('jobs.ts', text.replace(/\n\/\*\* Written in place[^]*$/, '\n')))
    const told = lines('job ').length
    const visits = lines('report ').length
    await ticks(`visit ${visits + 2} `)
    assert.ok(lines('job ').length <= told + 1)
    assertOnceATick()
  })
})
