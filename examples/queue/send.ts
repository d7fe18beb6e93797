import { setTimeout } from 'node:timers/promises'
import { outbox } from './outbox'
import { template } from './template'

/** One at a time, and each takes a moment. */
export async function send(to: string): Promise<void> {
  const text = template(to)
  console.log(`sending 1: ${text}`)
  await setTimeout(200)
  outbox.push(`${text} (sent 1)`)
  console.log(`sent 1: ${text}`)
}
