import { receive, register, spawn } from 'codeswitch'

export function start(): void {
  register('t', spawn(doLoop))
}

async function doLoop(): Promise<void> {
  for (;;) {
    const message = await receive()
    if (message === 'stop') return
  }
}
