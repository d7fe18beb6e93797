import type { Socket } from 'socket.io'

/** A middleware: who gives no name does not come in. */
export function checkName(socket: Socket, next: (error?: Error) => void): void {
  const { name } = socket.handshake.auth
  if (typeof name !== 'string' || name === '') return next(new Error('who are you?'))
  socket.data.name = name
  next()
}
