/** The lines of earlier sessions, newest first, in a file of the person's own. A history that cannot be kept is no reason to fail. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

const kept = 1000

export function historyFile(env: NodeJS.ProcessEnv): string {
  if (env['CODESWITCH_HISTORY']) return env['CODESWITCH_HISTORY']
  const base = process.platform === 'win32' ? env['LOCALAPPDATA'] : (env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'))
  return join(base ?? homedir(), 'codeswitch', 'shell-history')
}

export function readHistory(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').reverse().slice(0, kept)
  } catch {
    return [] // the first session
  }
}

export function writeHistory(file: string, newestFirst: readonly string[]): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    // Lines may hold secrets: nobody else reads them.
    writeFileSync(file, [...newestFirst.slice(0, kept)].reverse().map((line) => `${line}\n`).join(''), { mode: 0o600 })
  } catch {
    // A read-only home: this session's lines are not remembered.
  }
}
