import type { WebSocket } from 'ws'
import { clients, said } from './clients'

export function onMessage(from: WebSocket, text: string): void {
  if (text === 'list') {
    from.send(said.join(', '))
    return
  }
  said.push(text)
  for (const client of clients) client.send(`said: ${text}`)
}
