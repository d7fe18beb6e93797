/** A callback module as a plain object: a test replaces its functions as a load does, and reads what was called. */
import assert from 'node:assert/strict'
import { settled, type World } from '../process/world'

export type Fn = (...args: never[]) => unknown

export function counter(extra: Readonly<Record<string, Fn>> = {}) {
  const log: unknown[] = []
  const module = {
    init: (n: number): unknown => ['ok', n],
    handleCall: (request: unknown, from: unknown, n: number): unknown => {
      if (request === 'get') return ['reply', n, n]
      if (request === 'crash') throw new Error('boom')
      if (request === 'stop') return ['stop', 'normal', 'stopped', n]
      if (request === 'later') {
        log.push(from)
        return ['noreply', n]
      }
      return Array.isArray(request) ? request : ['reply', 'unknown', n]
    },
    handleCast: (message: unknown, n: number): unknown => (Array.isArray(message) ? message : ['noreply', n + Number(message)]),
    handleInfo: (message: unknown, n: number): unknown => {
      log.push(['info', message])
      return ['noreply', n]
    },
    handleContinue: (what: unknown, n: number): unknown => {
      log.push(['continue', what])
      return ['noreply', n * 10]
    },
    terminate: (reason: unknown, n: number): void => void log.push(['terminate', reason, n]),
    ...extra
  }
  return { module: module as typeof module & Record<string, unknown>, log }
}

/** The pid in ['ok', pid]. */
export async function pidOf(w: World, started: Promise<unknown>): Promise<InstanceType<World['Pid']>> {
  const result = await started
  assert.ok(Array.isArray(result) && result[0] === 'ok' && result[1] instanceof w.Pid, `not started: ${JSON.stringify(result)}`)
  return result[1]
}

/** The reason that what was asked exited with. */
export async function exitOf(w: World, asked: Promise<unknown>): Promise<unknown> {
  try {
    await asked
  } catch (error) {
    assert.ok(error instanceof w.ExitSignal, String(error))
    return error.reason
  }
  return assert.fail('it did not exit')
}

/** Waits until the process has ended. @returns the reason. */
export async function endOf(w: World, pid: InstanceType<World['Pid']>): Promise<unknown> {
  const ref = w.monitor(pid)
  const down = await w.receive(['DOWN', ref, 'process', pid, w.any])
  await settled()
  return down[4]
}
