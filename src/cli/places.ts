/** Where the program is: its file as a person names it, and the folder from which modules have their names. */
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { err, ok, type Result } from '../base/result'

const endings = ['', '.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '/index.ts', '/index.js']

export interface Places {
  /** Absolute, without links. */
  readonly root: string
  /** Absolute, without links. */
  readonly entry: string | undefined
}

export interface Typed {
  readonly entry: string | undefined
  readonly root: string | undefined
  /** Globs from the root: who gives some thinks of the working directory. */
  readonly include: readonly string[]
  readonly exclude: readonly string[]
}

/** The error is for the person. */
export function findPlaces(typed: Typed, cwd: string): Result<Places, string> {
  const ofGlobs = typed.include.length + typed.exclude.length > 0
  const root = typed.root !== undefined ? resolve(cwd, typed.root) : ofGlobs ? cwd : (monorepoOf(realpathSync(cwd)) ?? cwd)
  if (!is(root, 'folder')) return err(`no such folder: ${typed.root ?? cwd}`)
  if (typed.entry === undefined) return ok({ root: realpathSync(root), entry: undefined })
  const wanted = resolve(cwd, typed.entry)
  const found = endings.map((ending) => (ending.startsWith('/') ? join(wanted, ending) : wanted + ending)).find((path) => is(path, 'file'))
  if (found === undefined) return err(`no such file: ${typed.entry}`)
  const entry = realpathSync(found)
  const inside = isInside(realpathSync(root), entry)
  if (!inside && typed.root !== undefined) return err(`${typed.entry} is not in the root folder ${typed.root}`)
  return ok({ root: inside ? realpathSync(root) : dirname(entry), entry })
}

/** The nearest folder, from this one up, that says it has packages: a program of one may run code of the others. */
function monorepoOf(folder: string): string | undefined {
  if (is(join(folder, 'pnpm-workspace.yaml'), 'file') || hasWorkspaces(join(folder, 'package.json'))) return folder
  return dirname(folder) === folder ? undefined : monorepoOf(dirname(folder))
}

function hasWorkspaces(packageJson: string): boolean {
  try {
    const value: unknown = JSON.parse(readFileSync(packageJson, 'utf8'))
    return value instanceof Object && 'workspaces' in value
  } catch {
    return false // none, or none that can be read
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return !way.startsWith('..') && !isAbsolute(way)
}

function is(path: string, what: 'file' | 'folder'): boolean {
  const facts = statSync(path, { throwIfNoEntry: false })
  return facts !== undefined && (what === 'file' ? facts.isFile() : facts.isDirectory())
}
