/** Where things are: the repository, and the cache that all clones of one user share. Only node: builtins, so it works before `npm ci`. */
import { accessSync, constants, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Things of one checkout (bundled tests, temporary profiles); git ignores it. */
export const local = join(root, '.vscode-test')

/**
 * What is slow to fetch (a VS Code, a Node) is kept per user, so that a fresh clone is quick.
 * `CODESWITCH_TEST_CACHE` names another folder; where the home folder cannot be written the checkout's own folder serves.
 */
export function cacheFolder() {
  const perUser = process.env.CODESWITCH_TEST_CACHE ?? join(process.env.XDG_CACHE_HOME || process.env.LOCALAPPDATA || join(homedir(), '.cache'), 'codeswitch-test')
  try {
    mkdirSync(perUser, { recursive: true })
    accessSync(perUser, constants.W_OK)
    return perUser
  } catch {
    mkdirSync(local, { recursive: true })
    return local
  }
}
