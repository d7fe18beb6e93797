import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Log } from '../../../src/compile/log'

/** A workspace folder of one test; `path` and `write` take paths with `/` from its root. */
export class Workspace {
  readonly root = realpathSync.native(mkdtempSync(join(tmpdir(), 'codeswitch-')))
  readonly logged: string[] = []
  readonly log: Log = (_level, message) => void this.logged.push(message)

  constructor(files: Readonly<Record<string, string | Buffer>> = {}) {
    for (const [path, content] of Object.entries(files)) this.write(path, content)
  }

  path(path: string): string {
    return join(this.root, path)
  }

  write(path: string, content: string | Buffer): string {
    const file = this.path(path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
    return file
  }

  remove(path: string): void {
    unlinkSync(this.path(path))
  }

  link(path: string, target: string): string {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    symlinkSync(this.path(target), this.path(path))
    return this.path(path)
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

/** Workspaces of one suite, removed after each test. */
export function workspaces(): (files?: Readonly<Record<string, string | Buffer>>) => Workspace {
  const open: Workspace[] = []
  afterEach(() => open.splice(0).forEach((each) => each.dispose()))
  return (files) => {
    const created = new Workspace(files)
    open.push(created)
    return created
  }
}
