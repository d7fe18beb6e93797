/**
 * A heap snapshot of the program's thread, taken from this one. V8 stops the program for it: about a second for 50 to 100 MB,
 * and nothing can cut that short. Everything after it happens here, beside the running program.
 */
import { Session } from 'node:inspector'
import type { HeapGraph } from './heapGraph'
import { HeapSnapshotReader } from './heapSnapshotReader'
import type { Stop } from './stop'

/** @returns undefined when it was stopped. @throws when V8 refuses, or the snapshot cannot be read. */
export async function takeSnapshot(stop: Stop): Promise<HeapGraph | undefined> {
  const session = new Session()
  session.connectToMainThread()
  const reader = new HeapSnapshotReader()
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ params: { chunk } }) => {
    if (!stop.asked) reader.push(chunk)
  })
  // A session alone does not keep this thread awake.
  const awake = setInterval(() => {}, 1000)
  const done = new Promise<void>((resolve, reject) => {
    session.post('HeapProfiler.enable')
    session.post('HeapProfiler.takeHeapSnapshot', { reportProgress: false }, (error) => (error === null ? resolve() : reject(error)))
  })
  // Without `disable` V8 would go on keeping book of where objects move.
  const ended = done.finally(() => session.post('HeapProfiler.disable', () => {
    session.disconnect()
    clearInterval(awake)
  }))
  await Promise.race([ended, stop.when])
  if (!stop.asked) return reader.end()
  ended.catch(() => {}) // nobody waits for it any more
  return undefined
}
