/** The control thread: it starts while the rest of the runtime is still being read. Imported first, and by `main.ts` only. */
import path from 'node:path'
import { MessageChannel, Worker } from 'node:worker_threads'
import type { ControlData } from './link'
import { TRAP_SLOTS } from './link'
import { conditionsGiven } from './node/conditions'

const CHANNEL_FD = 3

const { port1, port2 } = new MessageChannel()
const { NODE_OPTIONS, ...env } = process.env
const data: ControlData = {
  traps: new SharedArrayBuffer(TRAP_SLOTS * Int32Array.BYTES_PER_ELEMENT), wake: new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT),
  port: port2, engine: `Node.js ${process.version}`, conditions: conditionsGiven(process.execArgv, NODE_OPTIONS), channelFd: CHANNEL_FD,
}
// What Node preloads is for the program.
const worker = new Worker(path.join(__dirname, 'control.js'), { workerData: data, transferList: [port2], execArgv: [], env, stdin: false })
worker.unref()

export const control = { worker, port: port1, traps: new Int32Array(data.traps), wake: new Int32Array(data.wake) }
