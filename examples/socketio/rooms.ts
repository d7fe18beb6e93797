import type { Socket } from 'socket.io'
import { format } from './format'
import { people } from './people'

export function join(socket: Socket, room: string): readonly string[] {
  void socket.join(room)
  people.set(room, [...who(room), socket.data.name])
  return who(room)
}

export function say(socket: Socket, room: string, text: string): void {
  socket.nsp.to(room).emit('said', format(socket.data.name, text))
}

export const who = (room: string): readonly string[] => people.get(room) ?? []
