/** Finds the `node` that shall run the program: the configured one, else the first on the PATH. */
import { accessSync, constants, statSync } from 'node:fs'
import path from 'node:path'
import { err, ok } from '../base/result'
import type { Result } from '../base/result'

export function findNode(configured: string | undefined, env: NodeJS.ProcessEnv): Result<string, string> {
  const wanted = configured === undefined || configured === '' ? 'node' : configured
  if (path.isAbsolute(wanted)) return isExecutable(wanted) ? ok(wanted) : err(`${wanted} is no program that can be run (setting codeswitch.runtimeExecutable)`)
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(path.delimiter).filter((folder) => folder !== '')
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', ''] : ['']
  for (const folder of folders) {
    for (const ending of endings) {
      const file = path.join(folder, wanted + ending)
      if (isExecutable(file)) return ok(file)
    }
  }
  return err(`no program called ${wanted} is on the PATH; install Node.js 20 or later, or set codeswitch.runtimeExecutable`)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false // not there, or not ours to run: both mean "not this one"
  }
}
