/** Runs one program with plain Node (tsx for TypeScript) and as `codeswitch run` does: whoever wrote it must see no difference. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

const cli = resolve(__dirname, '../../../dist/cli.js')
const tsx = resolve(__dirname, '../../../node_modules/tsx/dist/cli.mjs')
export const testNode = process.env.CODESWITCH_TEST_NODE ?? process.execPath

/** A program that has not ended by then never will; killed, it differs. */
const PATIENCE_MS = 15_000

export interface Link { readonly linkTo: string }
/** Name to text, or a symlink's target. `main.*` is the entry unless `entry` names another file. */
export type Files = Readonly<Record<string, string | Uint8Array | Link>>

export interface Ending {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface How {
  readonly entry?: string
  readonly args?: readonly string[]
  readonly input?: string
  /** For Node itself. */
  readonly nodeArgs?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Exit code expected of both; default 0: a program that breaks in both ways proves nothing. */
  readonly code?: number
}

export interface BothWays { readonly plain: Ending; readonly ours: Ending }

/** @throws AssertionError when output on stdout, exit code or signal differ, or the program ends otherwise than expected. */
export async function sameBothWays(files: Files, how: How = {}): Promise<BothWays> {
  const both = await bothWays(files, how)
  const seen = ({ stdout, code, signal }: Ending): string => `${stdout}[${code ?? signal}]\n`
  const difference = (): string => `--- codeswitch\n${seen(both.ours)}${both.ours.stderr}--- plain Node\n${seen(both.plain)}${both.plain.stderr}`
  assert.ok(seen(both.ours) === seen(both.plain), difference())
  assert.equal(both.plain.code, how.code ?? 0, both.plain.stderr)
  return both
}

export async function bothWays(files: Files, how: How = {}): Promise<BothWays> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'both ways-')))
  try {
    for (const [name, content] of Object.entries(files)) write(join(root, name), content)
    const entry = how.entry ?? Object.keys(files).find((name) => name.startsWith('main.')) ?? assert.fail('no entry')
    const args = how.args ?? []
    const nodeArgs = how.nodeArgs ?? []
    const typescript = Object.keys(files).some((name) => /\.([mc]?tsx?|jsx)$/.test(name) && !name.includes('node_modules'))
    const [plain, ours] = await Promise.all([
      run([...nodeArgs, ...(typescript ? [tsx] : []), entry, ...args], root, how),
      run([cli, 'run', '--no-watch', '--node', testNode, ...nodeArgs.map((one) => `--node-arg=${one}`), entry, ...args], root, how),
    ])
    return { plain, ours }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function write(path: string, content: string | Uint8Array | Link): void {
  mkdirSync(dirname(path), { recursive: true })
  if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(path, content)
  else symlinkSync(content.linkTo, path)
}

/** Paths of the folder are written as `ROOT`, so that the two runs can be compared with each other and with a text. */
function run(args: readonly string[], cwd: string, { input = '', env }: How): Promise<Ending> {
  const child = spawn(testNode, args, { cwd, env: { ...process.env, NO_COLOR: '1', NODE_NO_WARNINGS: '1', ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text })
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text })
  child.stdin.on('error', () => {}) // it may have ended without reading
  child.stdin.end(input)
  const overdue = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
  const plain = (text: string): string => text.replaceAll(encodeURI(cwd), 'ROOT').replaceAll(cwd, 'ROOT')
  return new Promise((done, failed) => {
    child.once('error', failed)
    child.once('close', (code, signal) => {
      clearTimeout(overdue)
      done({ stdout: plain(stdout), stderr: plain(stderr), code, signal })
    })
  })
}
