import { once } from 'node:events'
import { outbox, postOffice } from './outbox'
import { template } from './template'

/** One at a time: a mail takes until the post office has taken it. */
export async function send(to: string): Promise<void> {
  const text = template(to)
  console.log(`sending 1: ${text}`)
  await once(postOffice, to)
  outbox.push(`${text} (sent 1)`)
  console.log(`sent 1: ${text}`)
}
