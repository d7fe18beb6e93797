import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parsePlan, type Step } from '../../../../src/runtime/release/plan'

const steps = (plan: unknown, direction: 'up' | 'down' = 'up'): readonly Step[] => {
  const parsed = parsePlan(plan, direction)
  return parsed.ok ? parsed.plan.steps : assert.fail(parsed.problems.join('\n'))
}
const problems = (plan: unknown): readonly string[] => {
  const parsed = parsePlan(plan, 'up')
  return parsed.ok ? [] : parsed.problems
}

describe('reading an upgrade plan', () => {
  it("fills in OTP's defaults", () => {
    assert.deepEqual(steps({ up: [{ update: 'm' }] }), [{ kind: 'update', module: 'm', change: { kind: 'soft' }, timeout: 5000, early: true, prePurge: 'brutal_purge', postPurge: 'brutal_purge', deps: [] }])
  })

  it('makes the way down of the way up: backwards, what was added is deleted, calls are left out', () => {
    const up = [{ apply: ['m', 'f'] }, { addModule: 'new' }, { deleteModule: 'gone' }, { loadModule: 'm' }]
    assert.deepEqual(steps({ up }, 'down').map((step) => [step.kind, 'module' in step ? step.module : '']), [['load', 'm'], ['add', 'gone'], ['delete', 'new']])
  })

  it('takes the way down that the plan has', () => assert.deepEqual(steps({ up: [{ loadModule: 'm' }], down: [] }, 'down'), []))

  for (const [what, plan, expected] of [
    ['is no object', [], /a plan is an object/],
    ['has no list', { up: {} }, /up: must be a list/],
    ['has an instruction with two words', { up: [{ update: 'm', loadModule: 'm' }] }, /up\[0\]: must have exactly one of/],
    ['names no module', { up: [{ loadModule: 7 }] }, /up\[0\]\.loadModule: must be a module/],
    ['purges otherwise', { up: [{ loadModule: 'm', prePurge: 'soft' }] }, /up\[0\]\.prePurge: must be 'soft_purge' or 'brutal_purge'/],
    ['waits for ever less', { up: [{ update: 'm', timeout: -1 }] }, /up\[0\]\.timeout: must be milliseconds/],
    ['returns twice', { up: [{ pointOfNoReturn: true }, { pointOfNoReturn: true }] }, /one point of no return/],
    ['calls nothing', { up: [{ apply: ['m'] }] }, /up\[0\]\.apply: must be/],
    ['has texts nowhere', { texts: 7, up: [] }, /texts: must be a folder/],
  ] as const) {
    it(`says where a plan ${what}`, () => assert.match(problems(plan).join('\n'), expected))
  }

  it('allows what the schema of the editor allows, word by word', () => {
    const schema: { definitions: { instruction: { oneOf: { required: string[]; properties: object }[] } } } = JSON.parse(readFileSync(path.resolve(__dirname, '../../../../schemas/upgrade.schema.json'), 'utf8'))
    const values: Readonly<Record<string, unknown>> = { change: 'soft', timeout: 1, modType: 'static', prePurge: 'soft_purge', postPurge: 'soft_purge', deps: [], apply: ['m', 'f'], pointOfNoReturn: true }
    for (const { properties } of schema.definitions.instruction.oneOf) {
      const instruction = Object.fromEntries(Object.keys(properties).map((key) => [key, values[key] ?? 'm']))
      assert.deepEqual(problems({ up: [instruction] }), [])
    }
  })
})
