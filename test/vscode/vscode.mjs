#!/usr/bin/env node
/**
 * A VS Code for machines without display or without Microsoft's download server: takes the part of VS Code's command line that
 * `@vscode/test-electron` uses and runs the tests in the workbench that `scripts/lib/workbench.mjs` serves to a headless browser.
 * Exits with the tests' code. `CODESWITCH_TEST_WORKBENCH` may hold `{ "trust": false, "theme": "light", "settings": {…} }`.
 */
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { local } from '../../scripts/lib/paths.mjs'
import { openPage, startServer } from '../../scripts/lib/workbench.mjs'
import { servePage } from './pageServer.mjs'

const args = process.argv.slice(2)
const flag = (name) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3)
const workspace = args.find((arg) => !arg.startsWith('-'))
const extension = flag('extensionDevelopmentPath')
const tests = flag('extensionTestsPath')
if (workspace === undefined || extension === undefined || tests === undefined) {
  console.error('usage: vscode.mjs --extensionDevelopmentPath=DIR --extensionTestsPath=FILE WORKSPACE')
  process.exit(2)
}
const { trust = true, theme = 'dark', settings = {} } = JSON.parse(process.env.CODESWITCH_TEST_WORKBENCH ?? '{}')
const verbose = process.env.CODESWITCH_TEST_VERBOSE === '1'

/** The page exists only after the server runs, and the server's environment must already say where the page is driven from. */
let page
const control = createServer(servePage(() => page))
await new Promise((resolve) => control.listen(0, '127.0.0.1', resolve))
const server = await startServer({ trust, settings, verbose, env: { CODESWITCH_TEST_PAGE: `http://127.0.0.1:${control.address().port}/` } })

const exitCode = new Promise((resolve) => {
  // The workbench's own chatter; what tests say is in the result file.
  const onLog = (type, values) => verbose && console.error(type, ...(Array.isArray(values) ? values : [values]))
  const opened = openPage(server, { workspace, extension, tests }, { theme, onLog, onExit: resolve })
  opened.then(({ page: shown }) => {
    page = shown
    shown.on('crash', () => fail('the page crashed'))
    if (verbose) shown.on('console', (message) => process.stderr.write(`${message.text()}\n`))
  }, (error) => fail(error.message))
  server.ended.then(fail)
  // The launcher asks like this when the time is up: what the screen shows is the best hint why.
  process.on('SIGUSR2', () => void page?.screenshot({ path: join(local, 'screenshots', 'timeout.png') }).catch(() => undefined))
  function fail(why) {
    console.error(why)
    resolve(1)
  }
})
if (process.env.CODESWITCH_TEST_PIDFILE) writeFileSync(process.env.CODESWITCH_TEST_PIDFILE, String(process.pid))
const code = await exitCode
server.end()
process.exit(code)
