/** Vite as its documentation sets it up for programs: a server and a ModuleRunner with hot replacement, in one process. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const from = createRequire(join(process.env.BENCH_VITE, 'package.json'))
const vite = join(process.env.BENCH_VITE, 'node_modules/vite')
const { exports } = from(join(vite, 'package.json'))
const entry = typeof exports['.'] === 'string' ? exports['.'] : (exports['.'].import ?? exports['.'].default)
const { createServer, createServerModuleRunner } = await import(pathToFileURL(join(vite, typeof entry === 'string' ? entry : entry.default)).href)

const server = await createServer({
  root: process.cwd(), configFile: false, appType: 'custom', logLevel: 'error',
  server: { middlewareMode: true, ws: false }, optimizeDeps: { noDiscovery: true }
})
const runner = createServerModuleRunner(server.environments.ssr, { hmr: { logger: false } })
await runner.import('/src/main.ts')
