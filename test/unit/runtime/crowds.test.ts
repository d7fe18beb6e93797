import assert from 'node:assert/strict'
import { Crowds, crowdLabel } from '../../../src/runtime/process/crowds'
import { Pid } from '../../../src/runtime/process/pid'
import { FINISHED, Process } from '../../../src/runtime/process/process'

let next = 40
const process = (label: string): Process => new Process(new Pid(next++, () => new AbortController().signal), 'implicit', label, label, undefined, 0)

function crowdsOf(...labels: readonly string[]): { readonly crowds: Crowds; readonly all: readonly Process[] } {
  const crowds = new Crowds()
  const all = labels.map(process)
  for (const one of all) crowds.add(one)
  return { crowds, all }
}

function ends(crowds: Crowds, process: Process): void {
  process.mode = FINISHED
  crowds.remove(process)
}

const times = (n: number, label: (i: number) => string): string[] => Array.from({ length: n }, (_, i) => label(i))
const shown = (crowds: Crowds): unknown[] => crowds.all().map(({ label, members }) => [label, members.size])

describe('what a crowd is called', () => {
  const same: Readonly<Record<string, string>> = {
    'GET /users/42': 'GET /users/*',
    'GET /': 'GET /',
    'GET /v1/users/42/posts/7': 'GET /v1/users/*/posts/*',
    'POST /orders/3f2504e0-4f89-11d3-9a0c-0305e82c3301': 'POST /orders/*',
    'GET /commit/264bfceab0': 'GET /commit/*',
    'GET /deadbeef': 'GET /deadbeef',
    'GET /o/01ARZ3NDEKTSV4RRFFQ69G5FAV': 'GET /o/*',
    'GET /oauth2/callback': 'GET /oauth2/callback',
    'WebSocket /chat/12': 'WebSocket /chat/*',
    'socket 127.0.0.1:50312': 'socket',
    'socket ::1:50312': 'socket',
    'setInterval 1000 ms poller.ts:12': 'setInterval 1000 ms poller.ts:12',
    'main.ts (top level)': 'main.ts (top level)',
  }
  for (const [label, crowd] of Object.entries(same)) it(`${label}: ${crowd}`, () => assert.equal(crowdLabel(label), crowd))
})

describe('crowds', () => {
  it('a few processes are none', () => assert.deepEqual(shown(crowdsOf(...times(4, (i) => `GET /users/${i}`)).crowds), []))

  it('many that do the same are one, those who were there before included', () => {
    const { crowds } = crowdsOf(...times(5, (i) => `GET /users/${i}`), 'GET /', 'GET /')
    assert.deepEqual([shown(crowds), crowds.crowded], [[['GET /users/*', 5]], 5])
  })

  it('a crowd stays one until nobody of it is left', () => {
    const { crowds, all } = crowdsOf(...times(5, (i) => `GET /users/${i}`))
    assert.equal(crowds.crowded, 5)
    for (const one of all.slice(1)) ends(crowds, one)
    assert.deepEqual([shown(crowds), crowds.crowded], [[['GET /users/*', 1]], 1])
    for (const one of all) ends(crowds, one)
    crowds.add(process('GET /users/9'))
    assert.deepEqual([shown(crowds), crowds.crowded], [[], 0])
  })

  it('removing one that was removed changes nothing', () => {
    const { crowds, all } = crowdsOf(...times(6, (i) => `GET /users/${i}`))
    const [first] = all
    assert.ok(first)
    ends(crowds, first)
    ends(crowds, first)
    assert.deepEqual([shown(crowds), crowds.crowded], [[['GET /users/*', 5]], 5])
  })

  it('too many kinds are told apart by their first word only', () => {
    const { crowds } = crowdsOf(...times(2000, (i) => `GET /post-${i}`))
    assert.deepEqual(shown(crowds), [['GET …', 1000]])
  })
})
