#!/usr/bin/env node
/**
 * npm start [-- <workspace>] [--web] [--port N]: VS Code with this extension on examples/seed.
 * On a fresh clone it installs and builds first. Desktop VS Code where there is one and a display, else the workbench in a browser.
 * Ctrl-C stops everything.
 */
import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureDependencies } from './lib/dependencies.mjs'
import { findDesktopVsCode, hasDisplay, openInBrowser } from './lib/desktop.mjs'
import { local, root } from './lib/paths.mjs'
import { run, startService } from './lib/processes.mjs'
import { addressOf, mustExist, startServer } from './lib/workbench.mjs'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { web: { type: 'boolean', default: false }, port: { type: 'string', default: '0' } } })
const workspace = mustExist(positionals[0] === undefined ? join(root, 'examples/seed') : resolve(positionals[0]))
const firstFile = ['t.ts', 'src/t.ts'].map((name) => join(workspace, name)).find((file) => existsSync(file))

await ensureDependencies()
if ((await run(process.execPath, ['esbuild.mjs'], { cwd: root })) !== 0) {
  console.error('the build failed')
  process.exit(1)
}
const desktop = values.web ? undefined : findDesktopVsCode()
await (desktop !== undefined && hasDisplay() ? openDesktop(desktop) : serve())

/** A window with a profile of its own: the user's settings and extensions stay out of it, and it ends with us. */
async function openDesktop(executable) {
  const profile = join(local, 'profile')
  mkdirSync(profile, { recursive: true })
  const args = [`--extensionDevelopmentPath=${root}`, `--user-data-dir=${profile}`, `--extensions-dir=${join(profile, 'extensions')}`,
    '--disable-workspace-trust', '--skip-welcome', '--skip-release-notes', '--new-window', '--wait', workspace, ...(firstFile === undefined ? [] : [firstFile])]
  console.log(`opening VS Code (${executable}) on ${workspace}; Ctrl-C closes it`)
  const { child } = startService(executable, args)
  child.stdout.resume()
  child.stderr.resume()
  const code = await new Promise((done) => {
    child.on('error', (error) => done(error.message))
    child.on('exit', done)
  })
  process.exit(code === 0 ? 0 : 1)
}

async function serve() {
  console.log(desktop === undefined ? 'no desktop VS Code found: serving it to a browser' : 'no display: serving VS Code to a browser')
  const server = await startServer({ port: Number(values.port) })
  const address = addressOf(server.origin, { workspace, openFile: firstFile })
  const { port } = new URL(server.origin)
  console.log(`\nVS Code with Codeswitch on ${workspace}:\n\n  ${address}\n\nOpen it in a browser on this machine. From another one first: ssh -L ${port}:127.0.0.1:${port} <this machine>\nCtrl-C stops everything.`)
  openInBrowser(address)
  console.error(await server.ended)
  process.exit(1)
}
