/** Who forked us wants to talk to the program: its messages are passed on, in both directions, with the handles they carry. */
import type { ChildProcess, Serializable, SendHandle } from 'node:child_process'

export function relayMessages(program: ChildProcess): void {
  process.on('message', (message: Serializable, handle: SendHandle) => {
    if (program.connected) program.send(message, handle)
  })
  program.on('message', (message, handle) => {
    if (process.connected) process.send?.(message, handle)
  })
  process.on('disconnect', () => {
    if (program.connected) program.disconnect()
  })
  program.on('disconnect', () => {
    if (process.connected) process.disconnect()
  })
}
