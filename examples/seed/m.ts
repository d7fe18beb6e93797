import { become, receive, register, spawn } from 'codeswitch'
import * as m from './m'

export function start(): true {
  const pid = spawn(loop)
  return register('m', pid)
}

/** As `doLoop` in t.ts, but `code_switch` makes it call itself through its import, and that is current code. */
export async function loop(): Promise<never> {
  while (true) {
    const message = await receive()
    if (message === 'code_switch') return become(m.loop)
    console.log('m got', message)
  }
}
