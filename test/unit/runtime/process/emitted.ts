/** Functions in the form the compiler gives them (see `Emitted` in src/protocol/unit.ts), written by hand. */
import type { VersionRecord } from '../../../../src/runtime/code/version'
import type { World } from './world'

export function emitted(w: World, v: VersionRecord, log: string[] = []) {
  const { enter, leave, park, dead, yielded, pause, trap } = w.runtime.frames
  const head = (): void => {
    if (w.traps[v.slot] !== 0) trap(v)
  }

  /** async () => { try { const m = await receive(); log(m); return m } catch { log('caught') } finally { log('finally') } } */
  async function waiter(): Promise<unknown> {
    head()
    const f = enter(v, 1)
    let t: unknown
    try {
      try {
        log.push('started')
        const message = (t = await (t = w.receive(), f.p = 1, t), f.d ? await park(f, t) : t)
        log.push(`got ${String(message)}`)
        return message
      } catch (error) {
        if (f.d) await park(f)
        log.push('caught')
        throw error
      } finally {
        if (f.d) await park(f)
        log.push('finally')
      }
    } finally {
      if (f.d) await park(f)
      leave(f)
    }
  }

  /** async (inner) => { const r = await inner(); log('returned'); return r } */
  async function through(inner: () => unknown): Promise<unknown> {
    head()
    const f = enter(v, 2)
    let t: unknown
    try {
      const result = (t = await (t = inner(), f.p = 2, t), f.d ? await park(f, t) : t)
      log.push('returned')
      return result
    } finally {
      if (f.d) await park(f)
      leave(f)
    }
  }

  /** (fn) => { try { fn(); log('after') } catch { log('caught') } finally { log('finally') } } */
  function sync(fn: () => void): void {
    head()
    try {
      fn()
      log.push('after')
    } catch (error) {
      if (dead()) throw error
      log.push('caught')
    } finally {
      if (!dead()) log.push('finally')
    }
  }

  /** function* () { try { let n = 0; while (true) yield n++ } finally { log('generator finally') } } */
  function* counter(): Generator<number> {
    head()
    const f = enter(v, 3)
    try {
      try {
        for (let n = 0; ; n++) {
          head()
          pause(f)
          yield n
          yielded(f)
        }
      } finally {
        if (!f.d) log.push('generator finally')
      }
    } finally {
      leave(f)
    }
  }

  /** async (n) => n === 0 ? done() : become(step, n - 1) */
  async function step(n: number, done: () => void): Promise<unknown> {
    head()
    const f = enter(v, 4)
    try {
      if (n === 0) return done()
      return w.become(step, n - 1, done)
    } finally {
      if (f.d) await park(f)
      leave(f)
    }
  }

  return { waiter, through, sync, counter, step }
}
