/**
 * A generated Express program of about n modules, as people lay them out: for each resource a router, a service and a model.
 * It listens on a free port and prints it: `@@LIVE <port>`. `GET /r<i>/7` answers JSON with the version of the service.
 */
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { transformSync } from 'esbuild'
import { repository } from './folders'

export interface ExpressWorkload {
  readonly folder: string
  /** The resource in the middle: what is asked for and saved. */
  readonly path: string
  readonly service: string
  serviceText(version: string): string
  save(version: string): void
}

const PARTS = 3

const router = (i: number): string => `import express from 'express'
import type { Request, Response } from 'express'
import { find, list } from '../services/s${i}.ts'

export const router = express.Router()

router.get('/', async (_request: Request, response: Response) => {
  response.json(await list())
})

router.get('/:id', async (request: Request<{ id: string }>, response: Response) => {
  const item = await find(Number(request.params.id))
  if (item === undefined) response.status(404).json({ error: 'not found' })
  else response.json(item)
})
`

const service = (i: number, version: string): string => `import { all, type Item } from '../models/m${i}.ts'

export interface Found extends Item { readonly version: string }

const label = (item: Item): string => item.name.toUpperCase() + '-' + item.id

export async function find(id: number): Promise<Found | undefined> {
  const items = await all()
  const item = items.find((one) => one.id === id)
  return item === undefined ? undefined : { ...item, name: label(item), version: '${version}' }
}

export async function list(): Promise<string[]> {
  return (await all()).map(label)
}
`

const model = (i: number): string => `export interface Item { readonly id: number; readonly name: string; readonly tags: readonly string[] }

const items: Item[] = Array.from({ length: 20 }, (_, id) => ({ id, name: 'item${i}', tags: ['a', 'b'] }))

export async function all(): Promise<readonly Item[]> {
  return items
}
`

const app = (count: number): string => `import express from 'express'
${Array.from({ length: count }, (_, i) => `import { router as r${i} } from './routes/r${i}.ts'`).join('\n')}

export const app = express()
app.disable('x-powered-by')
app.use(express.json())
${Array.from({ length: count }, (_, i) => `app.use('/r${i}', r${i})`).join('\n')}
`

const main = `import { app } from './app.ts'

const server = app.listen(0, '127.0.0.1', () => {
  const at = server.address()
  process.stdout.write('@@LIVE ' + (typeof at === 'object' && at !== null ? at.port : at) + '\\n')
})
`

export function writeExpress(folder: string, modules: number): ExpressWorkload {
  const count = Math.max(1, Math.floor((modules - 2) / PARTS))
  const src = path.join(folder, 'src')
  for (const part of ['routes', 'services', 'models']) mkdirSync(path.join(src, part), { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'workload', private: true, type: 'module' }))
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { module: 'nodenext', target: 'es2022', allowImportingTsExtensions: true, noEmit: true, strict: true } }))
  symlinkSync(path.join(repository, 'node_modules'), path.join(folder, 'node_modules'))
  for (let i = 0; i < count; i++) {
    writeFileSync(path.join(src, 'routes', `r${i}.ts`), router(i))
    writeFileSync(path.join(src, 'services', `s${i}.ts`), service(i, 'v0'))
    writeFileSync(path.join(src, 'models', `m${i}.ts`), model(i))
  }
  writeFileSync(path.join(src, 'app.ts'), app(count))
  writeFileSync(path.join(src, 'main.ts'), main)
  compileAhead(src, path.join(folder, 'out'))
  // Routers are asked one after the other, in both ways: an early one measures the program and not that search.
  const chosen = Math.min(3, count - 1)
  const file = path.join(src, 'services', `s${chosen}.ts`)
  return { folder, path: `/r${chosen}/7`, service: file, serviceText: (version) => service(chosen, version), save: (version) => writeFileSync(file, service(chosen, version)) }
}

/** What a build would leave: the same modules as JavaScript. */
function compileAhead(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name)
    if (entry.isDirectory()) compileAhead(source, path.join(to, entry.name))
    else {
      const { code } = transformSync(readFileSync(source, 'utf8'), { loader: 'ts', format: 'esm', target: 'node20' })
      writeFileSync(path.join(to, entry.name.replace('.ts', '.js')), code.replace(/(["']\.{1,2}\/[^"']+)\.ts(["'])/g, '$1.js$2'))
    }
  }
}
