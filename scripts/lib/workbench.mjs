/** The workbench in a browser: a server on 127.0.0.1 and, for tests and screenshots, a headless page that shows it. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { provideChromium } from './chromium.mjs'
import { root } from './paths.mjs'
import { startService } from './processes.mjs'
import { provideVsCodeServer } from './vscodeServer.mjs'

const themes = { light: 'Default Light Modern', dark: 'Default Dark Modern', hc: 'Default High Contrast' }
export const themeNames = Object.keys(themes)

/** Nothing that asks, advertises or phones home. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none'
}

/**
 * Starts the server.
 * @param {{ trust?: boolean, settings?: object, env?: NodeJS.ProcessEnv, port?: number, verbose?: boolean }} options
 *   trust: false leaves workspace trust on, so that a workspace starts untrusted; settings: as in settings.json
 * @returns {Promise<{ origin: string, settings: object, ended: Promise<string>, end(): void }>} `ended` resolves to the last output if the server dies by itself
 */
export async function startServer({ trust = true, settings = {}, env = {}, port: wanted = 0, verbose = false } = {}) {
  const { node, serverMain } = await provideVsCodeServer()
  const dataDir = mkdtempSync(join(tmpdir(), 'codeswitch-vscode-'))
  const allSettings = { ...quietSettings, ...settings }
  mkdirSync(join(dataDir, 'data/Machine'), { recursive: true })
  writeFileSync(join(dataDir, 'data/Machine/settings.json'), JSON.stringify(allSettings))
  const args = [serverMain, '--host', '127.0.0.1', '--port', String(wanted), '--without-connection-token', '--accept-server-license-terms',
    '--telemetry-level', 'off', '--server-data-dir', dataDir, ...(trust ? ['--disable-workspace-trust'] : [])]
  const service = startService(node, args, { env: { ...process.env, ...env } })
  const dropData = () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
  process.on('exit', dropData)
  const end = () => {
    service.end()
    dropData()
    process.off('exit', dropData)
  }
  const { port, ended } = await whenReady(service.child, verbose).catch((error) => {
    end()
    throw error
  })
  return { origin: `http://127.0.0.1:${port}`, settings: allSettings, ended, end }
}

/** Resolves when the server listens. @throws Error with the server's output when it ends first */
function whenReady(child, verbose) {
  let output = ''
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('exit', (code, signal) => resolve(`VS Code's server ended (${code ?? signal})\n${output.slice(-4000)}`))
  })
  const port = new Promise((resolve) => {
    const read = (chunk) => {
      output = (output + chunk).slice(-20_000)
      if (verbose) process.stderr.write(chunk)
      const listening = /Extension host agent listening on (\d+)/.exec(output)
      if (listening !== null && output.includes('Extension host agent started')) resolve(listening[1])
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
  })
  return Promise.race([port.then((port) => ({ port, ended })), ended.then((why) => Promise.reject(new Error(why)))])
}

/**
 * The address that opens `workspace` with the extension in `extension`.
 * @param {{ workspace: string, extension?: string, tests?: string, openFile?: string }} what absolute paths; `tests`: a module whose `run()` is called in the extension host
 */
export function addressOf(origin, { workspace, extension = root, tests, openFile }) {
  const remote = (path) => `vscode-remote://${new URL(origin).host}${toUrlPath(path)}`
  const optional = [['extensionTestsPath', tests], ['openFile', openFile]].filter(([, path]) => path !== undefined)
  const payload = [['extensionDevelopmentPath', remote(extension)], ['skipWelcome', 'true'], ...optional.map(([key, path]) => [key, remote(path)])]
  return `${origin}/?${new URLSearchParams({ folder: toUrlPath(workspace), payload: JSON.stringify(payload) })}`
}

const toUrlPath = (path) => (path.startsWith('/') ? path : `/${path.replaceAll('\\', '/')}`)

/**
 * A headless browser that shows the workbench of `server`.
 * @param {{ theme?: 'light' | 'dark' | 'hc', onLog?: (type: string, args: unknown[]) => void, onExit?: (code: number) => void, width?: number, height?: number }} options
 *   onLog and onExit hear a test run's console and its end
 * @returns {Promise<{ page: import('playwright-core').Page, close(): Promise<void> }>}
 */
export async function openPage(server, what, { theme = 'dark', onLog = () => {}, onExit = () => {}, width = 1280, height = 800 } = {}) {
  const executablePath = await provideChromium()
  const { chromium } = await import('playwright-core')
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'] })
  const colorScheme = theme === 'light' ? 'light' : 'dark'
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, forcedColors: 'none', permissions: ['clipboard-read', 'clipboard-write'] })
  const page = await context.newPage()
  await page.exposeFunction('codeAutomationLog', onLog)
  await page.exposeFunction('codeAutomationExit', onExit)
  await giveDefaults(page, { ...server.settings, 'workbench.colorTheme': themes[theme], 'security.workspace.trust.startupPrompt': 'never' })
  await page.goto(addressOf(server.origin, what))
  return { page, close: () => browser.close() }
}

/**
 * A web workbench keeps user settings in the browser, where a fresh profile has none, and ignores machine settings of application scope.
 * Defaults hold for every scope, so they are slipped into the configuration the page reads. (Rewriting the response instead makes
 * Chromium take the page for a public one, which may not talk to 127.0.0.1.)
 */
async function giveDefaults(page, configurationDefaults) {
  await page.addInitScript((defaults) => {
    const original = Element.prototype.getAttribute
    Element.prototype.getAttribute = function (name) {
      const value = original.call(this, name)
      const isConfiguration = name === 'data-settings' && this.id === 'vscode-workbench-web-configuration'
      return isConfiguration ? JSON.stringify({ ...JSON.parse(value), configurationDefaults: defaults }) : value
    }
  }, configurationDefaults)
}

/** Resolves when the workbench is drawn and its extensions are there. */
export async function whenDrawn(page) {
  await page.waitForSelector('.monaco-workbench .part.statusbar', { timeout: 60_000 })
  await page.waitForSelector('.monaco-workbench .part.activitybar .action-item', { timeout: 60_000 })
}

/** @throws Error when the folder is missing: VS Code would show an empty workbench instead */
export function mustExist(folder) {
  if (!existsSync(folder)) throw new Error(`no such folder: ${folder}`)
  return folder
}
