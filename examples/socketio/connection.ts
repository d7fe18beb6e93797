import type { Socket } from 'socket.io'
import { join, say, who } from './rooms'

/** The functions written here belong to the connection; what they call is current with every message. */
export function onConnection(socket: Socket): void {
  socket.on('join', (room: string, done: (people: readonly string[]) => void) => { done(join(socket, room)) })
  socket.on('say', (room: string, text: string) => { say(socket, room, text) })
  socket.on('who', (room: string, done: (people: readonly string[]) => void) => { done(who(room)) })
  socket.on('disconnect', () => { console.log(`${socket.data.name} left`) })
}
