/** A real host (its own Node, its own control thread) with a small program of the benchmark in it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { NodeHost } from '../../../src/host/nodeHost'
import type { LoadReport } from '../../../src/protocol/messages'
import { distDir, temporaryFolder } from './folders'

export interface BenchHostOptions {
  readonly files: Readonly<Record<string, string>>
  readonly node?: string
  readonly nodeArgs?: readonly string[]
  /** Default: a new folder. */
  readonly root?: string
  readonly entry?: string
  readonly purgePolicy?: 'soft' | 'brutal'
  readonly onOutput?: (text: string) => void
}

export class BenchHost {
  private constructor(readonly root: string, readonly host: NodeHost) {}

  static async start({ files, node = process.execPath, nodeArgs = [], root = temporaryFolder(), entry = 'main.ts', purgePolicy = 'brutal', onOutput }: BenchHostOptions): Promise<BenchHost> {
    let said = ''
    const host = new NodeHost({
      options: () => ({ root, entry, argv: [], include: [], exclude: [], purgePolicy, purgeGrace: 0, watch: false, showsProcesses: false, keepAlive: true }),
      runtimeExecutable: node, runtimeArgs: nodeArgs, distDir, stdio: 'pipe', log: () => {},
      onOutput: (_, text) => {
        said = (said + text).slice(-2000)
        onOutput?.(said)
      },
    })
    const bench = new BenchHost(root, host)
    for (const [file, text] of Object.entries(files)) bench.write(file, text)
    await host.start()
    const { runtime, modules } = host.snapshot
    const failed = modules.flatMap((module) => module.failed?.problems.map((problem) => `${problem.file}:${problem.line}: ${problem.message}`) ?? [])
    if (runtime.state !== 'running' || failed.length > 0) throw new Error(`the host did not start: ${JSON.stringify(runtime)} ${failed.join('; ')} ${said}`)
    return bench
  }

  write(file: string, text: string): void {
    const target = path.join(this.root, file)
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, text)
  }

  /** A line of the shell, in the host. */
  async value(line: string): Promise<unknown> {
    const answer = await this.host.request('shell', { line })
    if (!answer.ok) throw new Error(`${line}: ${answer.error.name}: ${answer.error.message}`)
    return answer.json
  }

  async number(line: string): Promise<number> {
    const value = await this.value(line)
    if (typeof value !== 'number') throw new Error(`${line}: ${JSON.stringify(value)} is no number`)
    return value
  }

  async save(file: string, text: string): Promise<LoadReport> {
    this.write(file, text)
    const report = await this.host.request('load', { modules: [path.join(this.root, file)], origin: 'save', force: true })
    if ('error' in report || !report.ok) throw new Error(`${file} did not load: ${JSON.stringify(report)}`)
    return report
  }

  async stop(): Promise<void> {
    await this.host.stop()
    this.host.dispose()
  }
}
