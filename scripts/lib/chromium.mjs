/** Finds a Chrome, Chromium or Edge; installs Debian's when we are root and there is none. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runQuietly } from './processes.mjs'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'msedge', 'brave-browser']
const usualPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ...[process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
    .filter((folder) => folder !== undefined)
    .flatMap((folder) => [join(folder, 'Google/Chrome/Application/chrome.exe'), join(folder, 'Microsoft/Edge/Application/msedge.exe')])
]

export const advice = 'A Chrome, Chromium or Edge is needed: install one (Debian: apt-get install chromium) or set CHROME_PATH to its executable.'

/** @returns {string | undefined} the executable, if there is one on this machine */
export function findChromium() {
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  const named = process.env.CHROME_PATH ? [process.env.CHROME_PATH] : []
  return [...named, ...onPath, ...usualPlaces].find((path) => existsSync(path))
}

/** @throws Error that says what to do when there is none and none can be installed */
export async function provideChromium() {
  const found = findChromium()
  if (found !== undefined) return found
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) throw new Error(advice)
  console.log('installing Chromium (apt-get install chromium)')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  try {
    await runQuietly('apt-get', ['update', '-q'], { env })
    await runQuietly('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], { env })
  } catch (error) {
    throw new Error(`${advice}\n${error.message}`, { cause: error })
  }
  const installed = findChromium()
  if (installed === undefined) throw new Error(advice)
  return installed
}
