import { EventEmitter } from 'node:events'

/** What was sent, and who takes it. Here it takes half a second. */
export const outbox: string[] = []
export const postOffice = new EventEmitter()

setInterval(() => { for (const to of postOffice.eventNames()) postOffice.emit(to) }, 500)
