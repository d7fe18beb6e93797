import type { WebSocket } from 'ws'
import { clients } from './clients'
import { onMessage } from './messages'

/** The functions written here belong to the connection; what they call is current with every message. */
export function onConnection(socket: WebSocket): void {
  clients.add(socket)
  socket.on('message', (data) => { onMessage(socket, String(data)) })
  socket.on('close', () => { clients.delete(socket) })
}
