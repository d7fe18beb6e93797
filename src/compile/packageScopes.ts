import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { NearestFile, type Loaded } from './nearestFile'
import type { Turn } from './turn'

/** The package.json a file belongs to, as far as Node's module format depends on it. */
export interface PackageScope {
  readonly directory: string
  readonly name: string | undefined
  readonly type: 'module' | 'commonjs' | undefined
}

/** Node's package scope: the nearest package.json, whatever it holds. */
export class PackageScopes {
  private readonly nearest: NearestFile<PackageScope>

  constructor(turn: Turn) {
    this.nearest = new NearestFile('package.json', turn, readScope)
  }

  of(directory: string): PackageScope | undefined {
    return this.nearest.of(directory)
  }

  clear(): void {
    this.nearest.clear()
  }
}

function readScope(path: string): Loaded<PackageScope> {
  const fields = readObject(path)
  const type = fields['type'] === 'module' || fields['type'] === 'commonjs' ? fields['type'] : undefined
  const name = typeof fields['name'] === 'string' ? fields['name'] : undefined
  return { value: { directory: dirname(path), name, type }, dependencies: [] }
}

function readObject(path: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''))
    return isRecord(value) ? value : {}
  } catch {
    // Being edited or broken: Node would refuse to start, a running program rather goes on as if it said nothing.
    return {}
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
