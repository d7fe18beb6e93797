/** Saves of the modules of a running program are loaded into it, whoever writes them. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DisposableStore, type Disposable } from '../base/disposable'
import { HostDown, type Host } from '../host/host'
import { loadWaitsText } from './reportText'
import { affectedFiles } from '../save/affectedFiles'
import { systemClock, type Clock } from '../save/clock'
import { FileWatcher } from '../save/fileWatcher'
import { SaveQueue } from '../save/saveQueue'

export interface ReloadOnSaveOptions {
  readonly host: Pick<Host, 'snapshot' | 'onDidChangeWatch' | 'onDidLoadWait' | 'request'>
  readonly root: string
  print(line: string): void
  readonly clock?: Clock
}

/** Writes to several files that are this close (milliseconds) are one change, loaded when it is complete. */
const burstMs = 30
/** A tool that writes several files has written the next one by then; half of its change could call what is not there yet. */
const loneMs = 2

export function reloadOnSave({ host, root, print, clock = systemClock }: ReloadOnSaveOptions): Disposable {
  const store = new DisposableStore()
  const gitLock = join(root, '.git', 'index.lock')
  const busy = (): boolean => existsSync(gitLock)
  const queue = store.add(new SaveQueue({ quietMs: burstMs, loneQuietMs: loneMs, clock, busy, load }))

  async function load(paths: readonly string[]): Promise<void> {
    try {
      // The answer comes to everybody as a `loaded` notice.
      const answer = await host.request('load', { modules: paths, origin: 'save', force: false })
      if ('error' in answer) print(`[codeswitch] ${answer.message}\n`)
    } catch (error) {
      if (!(error instanceof HostDown)) throw error // it ended meanwhile: there is nothing left to load into
    }
  }

  function changed(path: string): void {
    const files = affectedFiles(host.snapshot, path)
    for (const file of files) queue.push(file, 'external')
    // What is waited for here is no waste: the compiler works meanwhile.
    if (files.length > 0) host.request('prepare', { files }).catch(() => {}) // the load tells what is wrong
  }

  const watcher = store.add(new FileWatcher({ root, onChange: changed, onError: (message) => print(`[codeswitch] ${message}\n`) }))
  store.add(host.onDidLoadWait(({ modules }) => {
    print(`${loadWaitsText(modules)}\n`)
    queue.goOn()
  }))
  store.add(host.onDidChangeWatch(({ folders }) => watcher.watch(folders)))
  return store
}
