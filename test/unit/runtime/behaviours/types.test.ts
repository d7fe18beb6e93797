/** What the compiler promises: `npm run check` fails when an expected error is none. Nothing here runs but the last line. */
import assert from 'node:assert/strict'
import type { CallResult, CastResult, From, InitResult } from '../../../../src/runtime/api'
import type { World } from '../process/world'

interface State { readonly count: number }

const good = {
  init: (count: number): InitResult<State> => ['ok', { count }],
  handleCall: (request: 'get' | 'more', _from: From, state: State): CallResult<State> => ['reply', request, state],
  handleCast: (_by: number, state: State): CastResult<State> => ['noreply', state, 'hibernate'],
  other: 'exports do not matter'
}

export async function wrong({ genServer, supervisor, genStatem }: World): Promise<void> {
  await genServer.start(good, 5, { name: 'good' })
  const count = await genServer.call<number>('good', 'get')
  count.toFixed()
  // @ts-expect-error -- init takes a number
  await genServer.start(good, 'five')
  // @ts-expect-error -- handleCast keeps another state than init made
  await genServer.start({ ...good, handleCast: (_: unknown, state: string): CastResult<string> => ['noreply', state] }, 5)
  // @ts-expect-error -- a call is not answered with 'ok'
  await genServer.start({ ...good, handleCall: () => 'ok' }, 5)
  // @ts-expect-error -- there is no such strategy
  await supervisor.startLink({ init: () => ['ok', [{ strategy: 'oneForNone' }, []]] as const }, undefined)
  // @ts-expect-error -- a function would be one of purged code some day
  await supervisor.startChild('sup', { id: 1, start: () => genServer.start(good, 5) })
  // @ts-expect-error -- a machine needs callbackMode
  await genStatem.start({ init: () => ['ok', 'state', 0] as const }, undefined)
}

describe('the types of behaviours', () => {
  it('are checked by the compiler', () => assert.equal(typeof wrong, 'function'))
})
