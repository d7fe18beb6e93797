/** Finds a desktop VS Code, and a display to show it on. Only node: builtins. */
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

const windows = process.platform === 'win32'

export const hasDisplay = () => process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)

const usualPlaces = [
  '/Applications/Visual Studio Code.app/Contents/MacOS/Code',
  '/Applications/Visual Studio Code.app/Contents/MacOS/Electron',
  '/usr/share/code/code',
  '/opt/visual-studio-code/code',
  '/snap/code/current/usr/share/code/code',
  ...[process.env.LOCALAPPDATA && join(process.env.LOCALAPPDATA, 'Programs'), process.env.PROGRAMFILES]
    .filter(Boolean)
    .map((folder) => join(folder, 'Microsoft VS Code/Code.exe'))
]

/**
 * The program itself rather than the `code` script where it can be found: the script starts the window and returns, and then there is nothing to stop.
 * @returns {string | undefined} an executable
 */
export function findDesktopVsCode() {
  const names = windows ? ['code.cmd', 'code-insiders.cmd'] : ['code', 'code-insiders', 'codium']
  const scripts = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name))).filter((path) => existsSync(path))
  return [...scripts.map((script) => programOf(script)), ...usualPlaces].find((path) => existsSync(path))
}

/** `…/bin/code` stands beside the program on Linux and Windows, and three folders above it is `MacOS/` on a Mac. */
function programOf(script) {
  const bin = dirname(realpathSync(script))
  const beside = dirname(bin)
  const candidates = windows ? [join(beside, 'Code.exe'), join(beside, 'Code - Insiders.exe')]
    : [join(beside, '../../MacOS/Code'), join(beside, '../../MacOS/Electron'), join(beside, 'code'), join(beside, 'code-insiders'), join(beside, 'codium')]
  return candidates.find((path) => path !== realpathSync(script) && existsSync(path)) ?? script
}

/** Shows the address in the user's browser where there is a display; where that fails the address is printed anyway. */
export function openInBrowser(address) {
  if (!hasDisplay() || process.env.CI) return
  const [command, ...args] = windows ? ['explorer.exe', address] : [process.platform === 'darwin' ? 'open' : 'xdg-open', address]
  spawn(command, args, { stdio: 'ignore', detached: true }).on('error', () => undefined).unref()
}
