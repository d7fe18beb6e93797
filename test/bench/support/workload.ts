/**
 * A generated program of n modules of about 50 lines in a tree, four imports each. `deep()` walks from the root to the last leaf and
 * tells the version of each module on the way; the main module looks every millisecond and prints when the answer changes.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const FANOUT = 4

export interface Workload {
  readonly folder: string
  /** Gives the leaf another version. */
  save(version: string): void
  readonly leaf: string
}

export const childrenOf = (i: number, n: number): number[] => Array.from({ length: FANOUT }, (_, k) => FANOUT * i + 1 + k).filter((child) => child < n)

/** From the root to the last leaf. */
export function pathToLeaf(n: number): number[] {
  const way = [n - 1]
  while (way[0] !== 0) way.unshift(Math.floor(((way[0] ?? 0) - 1) / FANOUT))
  return way
}

/** Which of the children is on that way. */
export const nextOf = (i: number, n: number): number | undefined => childrenOf(i, n).find((child) => pathToLeaf(n).includes(child)) ?? childrenOf(i, n)[0]

const MAIN = (head: string): string => `${head}
let last = ''
function look(): void {
  const now = answer()
  if (now === undefined || now === last) return
  last = now
  process.stdout.write('@@LIVE ' + now + '\\n')
}
// Vite sometimes loads a file that is only half written.
function answer(): string | undefined {
  try {
    return root.deep()
  } catch {
    return undefined
  }
}
look()
setInterval(look, 1)
`

const mains = {
  plain: MAIN(`import * as root from './m0.ts'`),
  vite: MAIN(`import * as first from './m0.ts'\nlet root: any = first\n;(import.meta as any).hot?.accept('./m0.ts', (next: any) => { if (next) root = next })`),
}

export function writeWorkload(folder: string, n: number, main: keyof typeof mains): Workload {
  const src = path.join(folder, 'src')
  rmSync(src, { recursive: true, force: true })
  mkdirSync(src, { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'workload', private: true, type: 'module' }))
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { module: 'nodenext', target: 'es2022', allowImportingTsExtensions: true, noEmit: true, strict: true } }))
  for (let i = 0; i < n; i++) writeFileSync(path.join(src, `m${i}.ts`), moduleText(i, n, 'v0'))
  writeFileSync(path.join(src, 'main.ts'), mains[main])
  const leaf = path.join(src, `m${n - 1}.ts`)
  return { folder, leaf: `m${n - 1}`, save: (version) => writeFileSync(leaf, moduleText(n - 1, n, version)) }
}

function moduleText(i: number, n: number, version: string): string {
  const children = childrenOf(i, n)
  const next = nextOf(i, n)
  return `${children.map((k) => `import { deep as deep${k}, score as score${k} } from './m${k}.ts'`).join('\n')}

export interface Item${i} { id: number; name: string; tags: string[]; weight?: number }
export type Handler${i} = (item: Item${i}, depth: number) => number

let calls: number = 0

class Registry${i} {
  private items: Map<number, Item${i}> = new Map()
  private handlers: Handler${i}[] = []

  add(item: Item${i}): this {
    this.items.set(item.id, { ...item, tags: [...item.tags, 'm${i}'] })
    return this
  }

  on(handler: Handler${i}): void {
    this.handlers.push(handler)
  }

  total(depth: number): number {
    let sum = 0
    for (const item of this.items.values()) {
      for (const handler of this.handlers) sum += handler(item, depth) * (item.weight ?? 1)
    }
    return sum
  }
}

const registry: Registry${i} = new Registry${i}()
registry.on((item, depth) => item.id + depth)
registry.add({ id: ${i}, name: 'item-${i}', tags: [] })

export function version(): string {
  return '${version}'
}

export function deep(): string {
  calls++
  return version()${next === undefined ? '' : ` + '|' + deep${next}()`}
}

export async function score(depth: number): Promise<number> {
  const parts: number[] = await Promise.all([${children.map((k) => `score${k}(depth + 1)`).join(', ')}])
  return parts.reduce((a: number, b: number) => a + b, registry.total(depth)) + (calls > 0 ? 0 : 1)
}
`
}
