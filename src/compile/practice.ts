/**
 * A text with most of what programs are written in. The first save of a small program would find the compiler as the JavaScript
 * engine has it after a handful of texts: interpreted, and several times slower than after some dozens.
 */
export const practiceText = `import { readFile } from 'node:fs/promises'
import type { Stats } from 'node:fs'
import * as other from './other'
import fallback, { value, type Shape } from './another'
export { thing } from './thing'

export interface Item { readonly id: number; name?: string }
type Handler<T> = (item: T, depth: number) => Promise<number> | number

let calls = 0
export const settings: Readonly<Record<string, string>> = { mode: 'practice', ...fallback }

export class Registry<T extends Item> extends other.Base {
  static readonly made = new Set<object>()
  #items = new Map<number, T>()
  private readonly handlers: Handler<T>[] = []
  constructor(public readonly title: string, { strict = false, ...rest }: Partial<Shape> = {}) {
    super(rest)
    Registry.made.add(this)
    if (strict) this.on((item, depth) => item.id + depth)
  }
  get size(): number { return this.#items.size }
  on(handler: Handler<T>): this {
    this.handlers.push(handler)
    return this
  }
  async total(depth: number): Promise<number> {
    let sum = 0
    for (const [id, item] of this.#items) {
      for (const handler of this.handlers) sum += (await handler(item, depth)) * (id ?? 1)
    }
    return sum
  }
  *[Symbol.iterator](): Iterator<T> { for (const item of this.#items.values()) yield item }
}

export async function load(path: string, signal?: AbortSignal): Promise<string | undefined> {
  try {
    calls++
    const text = await readFile(path, { encoding: 'utf8', signal })
    return text.length > 0 ? \`\${path}: \${text.trim()}\` : undefined
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return undefined
    throw error
  } finally {
    calls--
  }
}

export async function* lines(paths: readonly string[]): AsyncGenerator<string> {
  for (const path of paths) {
    const text = await load(path)
    while (calls > 10) await new Promise((resolve) => setTimeout(resolve, 1))
    switch (text) {
      case undefined: continue
      case '': break
      default: yield* text.split('\\n').map((line, index) => \`\${index} \${line}\`)
    }
  }
}

function sum(...numbers: number[]): number {
  let total = 0
  outer: for (let i = 0; i < numbers.length; i++) {
    if (numbers[i] === 0) continue outer
    total += numbers[i]!
  }
  return total
}
export const handler = async (request: { url: string }, { send }: { send(text: string): void }): Promise<void> => {
  const answers = await Promise.all([value.find(request.url), other.call?.(request), sum(1, 2)])
  send(JSON.stringify(answers.filter(Boolean), null, 2))
}
export default function main() { return new Registry<Item>('main').on(() => 1) }
`
