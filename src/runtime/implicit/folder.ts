/**
 * `process.chdir` of a top level. Loaded again, it begins where it began when it was loaded first, so that `process.chdir('data')`
 * and what it reads before that mean the same as then. While it waits, and when its load fails, the program is where it was.
 */
import path from 'node:path'
import type { Process } from '../process/process'
import type { Processes } from '../process/processes'
import type { Ledger } from './ledger'
import { patch } from './patch'

/** Where a top level is. */
export interface Folder {
  /** Where it began. */
  readonly start: string
  /** Where the program was then. */
  readonly outside: string
  now: string
}

export interface Folders {
  /** Runs the synchronous part of a top level where it began when it was loaded first. */
  inItsFolder<T>(process: Process, run: () => T): T
  /** The draft failed. */
  discarded(draft: Ledger): void
}

export function installFolders(processes: Processes, before: (ledger: Ledger) => Ledger | undefined): Folders {
  let change: (folder: string) => void = () => {}
  patch(process, 'chdir', (native) => {
    change = (folder) => void Reflect.apply(native, process, [folder])
    return function (...args) {
      const running = processes.table.storage.getStore()
      const ledger = running?.ledger
      const [folder] = args
      if (running === undefined || ledger?.processes.includes(running) !== true || typeof folder !== 'string') return Reflect.apply(native, process, args)
      const known = ledger.folder ?? { start: here(), outside: here(), now: here() }
      // At a first start the program is where it is, whoever brought it there.
      const result: unknown = Reflect.apply(native, process, [ledger.again ? path.resolve(known.now, folder) : folder])
      known.now = here()
      ledger.folder = known
      return result
    }
  })

  /** The folder may be gone: then the program stays where it is. */
  function go(folder: string): void {
    try {
      change(folder)
    } catch {
      // It is gone.
    }
  }

  return {
    inItsFolder(process, run) {
      const { ledger } = process
      const start = ledger?.again === true ? before(ledger)?.folder?.start : undefined
      if (ledger === undefined || start === undefined || ledger.folder !== undefined) return run()
      const folder = ledger.folder = { start, outside: here(), now: start }
      go(start)
      try {
        return run()
      } finally {
        if (folder.now === start) go(folder.outside)
      }
    },
    discarded({ folder, again }) {
      if (again && folder !== undefined && folder.now !== folder.start) go(folder.outside)
    },
  }
}

/** Of a folder that is gone nobody knows the name. */
function here(): string {
  try {
    return process.cwd()
  } catch {
    return path.parse(process.execPath).root
  }
}
