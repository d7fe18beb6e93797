import { receive, register, spawn } from 'codeswitch'

export function start(): true {
  const pid = spawn(doLoop)
  return register('t', pid)
}

/** Calls itself, so to speak: a loop stays in the code it started in, whatever is loaded meanwhile. */
export async function doLoop(): Promise<never> {
  while (true) {
    const message = await receive()
    console.log('t got', message)
  }
}
