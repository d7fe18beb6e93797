import { become, receive, register, spawn } from 'codeswitch'
import * as current from './u'

export const greeting = 'one'

export function begin(): void {
  register('u', spawn(doLoop))
}

export async function doLoop(): Promise<void> {
  for (;;) {
    const message = await receive()
    if (message === 'code_switch') return become(current.doLoop)
  }
}
