/** One fixture for tests with a real host: a temporary workspace, module texts in the test, a child that is always gone afterwards. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { realpathSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { NodeHost } from '../../../src/host/nodeHost'
import type { NodeHostOptions } from '../../../src/host/nodeHost'
import type { HostOptions, LoadParams, LoadReport, ShellAnswer } from '../../../src/protocol/messages'
import type { ModuleView, Snapshot } from '../../../src/protocol/snapshot'

const distDir = path.resolve(__dirname, '../../../dist')

export class World {
  readonly host: NodeHost
  output = ''
  private readonly printed: (() => void)[] = []

  private constructor(readonly root: string, options: Partial<HostOptions>, how: Partial<NodeHostOptions>) {
    this.host = new NodeHost({
      options: () => ({ root, entry: undefined, argv: [], include: [], exclude: [], purgePolicy: 'ask', purgeGrace: 0, watch: false, showsProcesses: true, keepAlive: true, ...options }),
      runtimeExecutable: process.env.CODESWITCH_TEST_NODE ?? process.execPath, distDir, stdio: 'pipe', log: () => {},
      onOutput: (_, text) => {
        this.output += text
        this.printed.forEach((look) => look())
      },
      ...how,
    })
  }

  static async create(files: Readonly<Record<string, string>>, options: Partial<HostOptions> = {}, how: Partial<NodeHostOptions> = {}): Promise<World> {
    const root = realpathSync(await mkdtemp(path.join(os.tmpdir(), 'codeswitch-')))
    const world = new World(root, options, how)
    for (const [file, text] of Object.entries(files)) await world.write(file, text)
    return world
  }

  /** Creates the workspace and starts the program in it. */
  static async start(files: Readonly<Record<string, string>>, options: Partial<HostOptions> = {}, how: Partial<NodeHostOptions> = {}): Promise<World> {
    const world = await World.create(files, options, how)
    await world.host.start()
    const { runtime } = world.host.snapshot
    if (runtime.state === 'crashed') assert.fail(`${runtime.message}\n${world.output}`)
    return world
  }

  async write(file: string, text: string | Uint8Array): Promise<void> {
    const target = path.join(this.root, file)
    await mkdir(path.dirname(target), { recursive: true })
    await writeFile(target, text)
  }

  /** Writes the file and loads it as a save does. */
  async save(file: string, text: string, params: Partial<LoadParams> = {}): Promise<LoadReport> {
    await this.write(file, text)
    return this.load([path.join(this.root, file)], params)
  }

  async load(modules: readonly string[] | undefined, params: Partial<LoadParams> = {}): Promise<LoadReport> {
    const answer = await this.host.request('load', { modules, origin: 'save', force: false, ...params })
    if ('error' in answer) assert.fail(`${answer.error}: ${answer.message}`)
    return answer
  }

  /** A shell line's value, as data. */
  async value(line: string): Promise<unknown> {
    const answer = await this.line(line)
    if (!answer.ok) assert.fail(`${line}: ${answer.error.name}: ${answer.error.message}`)
    return answer.json
  }

  line(line: string): Promise<ShellAnswer> {
    return this.host.request('shell', { line })
  }

  snapshot(): Promise<Snapshot> {
    return this.host.request('snapshot', {})
  }

  async module(name: string): Promise<ModuleView> {
    const found = (await this.snapshot()).modules.find((module) => module.name === name)
    return found ?? assert.fail(`no module ${name}`)
  }

  /** Resolves when the program has printed `text`. */
  async prints(text: string): Promise<void> {
    if (this.output.includes(text)) return
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.output.includes(text)) resolve()
      }
      this.printed.push(look)
    })
  }

  /** Resolves with the first snapshot that fits. */
  async until(fits: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
    if (fits(this.host.snapshot)) return this.host.snapshot
    return new Promise((resolve) => {
      const subscription = this.host.onDidChange((snapshot) => {
        if (!fits(snapshot)) return
        subscription.dispose()
        resolve(snapshot)
      })
    })
  }

  /** As if this process had died: its end of the pipe is gone, nobody asked the child to stop. */
  closeChannel(): void {
    this.host.abandon()
  }

  async end(): Promise<void> {
    await this.host.stop()
    this.host.dispose()
    await rm(this.root, { recursive: true, force: true })
  }
}
