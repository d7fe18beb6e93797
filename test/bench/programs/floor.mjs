/**
 * What no reloader that compiles in one process and runs in another can be faster than: fs.watch, one esbuild transform, one
 * message, evaluate. No old code, no processes, no stack traces, no batches, no errors.
 */
import { fork } from 'node:child_process'
import { readFileSync, readdirSync, watch } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'

const src = join(process.cwd(), 'src')
const child = fork(fileURLToPath(new URL('./floorChild.cjs', import.meta.url)), { stdio: 'inherit', serialization: 'advanced' })
const texts = new Map()

async function compile(name) {
  const text = readFileSync(join(src, name), 'utf8')
  if (text === '' || texts.get(name) === text) return undefined
  texts.set(name, text)
  const { code } = await transform(text, { loader: 'ts', format: 'cjs', target: 'node20', sourcefile: name, sourcemap: 'inline' })
  return { name, code }
}

const files = readdirSync(src).filter((name) => name.endsWith('.ts'))
const modules = await Promise.all(files.map(compile))
watch(src, async (_, name) => {
  const module = name?.endsWith('.ts') ? await compile(name) : undefined
  if (module !== undefined) child.send({ load: [module] })
})
child.send({ load: modules, main: 'main.ts' })
