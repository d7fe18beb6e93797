import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Disposable } from '../base/disposable'
import type { Log } from './log'
import { hashOf } from './sourceText'
import { decodeUnit, encodeUnit, type CachedUnit } from './unitCodec'

export interface CompileCacheOptions {
  /** The pack; undefined: nothing outlives this process. */
  readonly file: string | undefined
  /** Whatever makes old results wrong: versions of the compiler, of esbuild, of Node. */
  readonly identity: string
  readonly log: Log
}

/** Bytes of one entry in the pack. */
interface Packed {
  readonly key: string
  readonly start: number
  readonly end: number
  readonly crc: number
}

const magic = 0x43535731
const hashLength = 40
const entryHeader = 4 + hashLength + hashLength + 4 + 4
/** Written when no new result came for so long. */
const idleMs = 1000
/** Superseded entries may take this much before the pack is written anew. */
const wasteLimit = 4 << 20

/**
 * Results of earlier runs, so that the second start compiles nothing. One file per workspace, read at once when first
 * asked, decoded entry by entry; new results are appended when it is idle and at `dispose`. Only the newest result of
 * each source file counts. Anything unexpected in the pack (cut off, flipped bits, another version) is as if it were not there.
 *
 *   pack  = "codeswitch <identity>\n" entry*
 *   entry = magic, slot (hash of the path), key, length of the unit, its CRC-32, the unit (see unitCodec)
 */
export class CompileCache implements Disposable {
  private pack: Buffer = Buffer.alloc(0)
  private packed: Map<string, Packed> | undefined
  private readonly fresh = new Map<string, { readonly key: string; readonly unit: CachedUnit }>()
  private readonly header: Buffer
  private timer: NodeJS.Timeout | undefined
  private waste = 0
  /** The file has something after the last good entry, or is not ours: appending would not help. */
  private damaged = false
  /** Writing failed once; it is not tried again, nor complained about again. */
  private readOnly = false

  constructor(private readonly options: CompileCacheOptions) {
    this.header = Buffer.from(`codeswitch ${options.identity}\n`)
  }

  /** True when no earlier run left anything. */
  get isEmpty(): boolean {
    return this.index().size === 0 && this.fresh.size === 0
  }

  get(file: string, key: string): CachedUnit | undefined {
    const slot = hashOf(file)
    const fresh = this.fresh.get(slot)
    if (fresh?.key === key) return fresh.unit
    const packed = this.index().get(slot)
    if (packed?.key !== key) return undefined
    const bytes = this.pack.subarray(packed.start, packed.end)
    return crc32(bytes) === packed.crc ? decodeUnit(bytes) : undefined
  }

  put(file: string, key: string, unit: CachedUnit): void {
    if (this.options.file === undefined) return
    this.fresh.set(hashOf(file), { key, unit })
    this.timer ??= setTimeout(() => this.idle(), idleMs).unref()
    this.timer.refresh()
  }

  dispose(): void {
    clearTimeout(this.timer)
    this.flush()
  }

  private idle(): void {
    this.timer = undefined
    this.flush()
  }

  /** Never throws: a cache that cannot be written is no reason to fail. */
  private flush(): void {
    const { file, log } = this.options
    if (file === undefined || this.fresh.size === 0 || this.readOnly) return
    const index = this.index()
    const added = [...this.fresh].map(([slot, { key, unit }]) => encodeEntry(slot, key, unit))
    for (const slot of this.fresh.keys()) this.waste += sizeOf(index.get(slot))
    try {
      mkdirSync(dirname(file), { recursive: true })
      if (this.damaged || this.pack.length === 0 || this.waste > wasteLimit) this.rewrite(file, added)
      else appendFileSync(file, Buffer.concat(added))
    } catch (error) {
      this.readOnly = true
      log('warn', `cannot write the compile cache ${file}: ${error instanceof Error ? error.message : String(error)}`)
      return
    }
    this.absorb(added)
  }

  /** Under another name first, so that nobody ever reads half a pack. */
  private rewrite(file: string, added: readonly Buffer[]): void {
    const kept = [...this.index()].filter(([slot]) => !this.fresh.has(slot)).map(([, packed]) => this.pack.subarray(packed.start - entryHeader, packed.end))
    const next = `${file}.${process.pid}.${Date.now()}`
    const whole = Buffer.concat([this.header, ...kept, ...added])
    try {
      writeFileSync(next, whole)
      renameSync(next, file)
    } catch (error) {
      rmSync(next, { force: true })
      throw error
    }
    this.read(Buffer.concat([this.header, ...kept]))
    this.waste = 0
  }

  /** What was written is from now on read from memory like the rest of the pack. */
  private absorb(added: readonly Buffer[]): void {
    const start = this.pack.length === 0 ? this.header : this.pack
    const waste = this.waste
    this.read(Buffer.concat([start, ...added]))
    this.waste = waste
    this.fresh.clear()
  }

  private index(): ReadonlyMap<string, Packed> {
    return this.packed ?? this.read(this.load())
  }

  private load(): Buffer {
    if (this.options.file === undefined) return Buffer.alloc(0)
    try {
      return readFileSync(this.options.file)
    } catch {
      // The first run here, or no right to read: then there is nothing to reuse.
      return Buffer.alloc(0)
    }
  }

  private read(pack: Buffer): ReadonlyMap<string, Packed> {
    const ours = pack.subarray(0, this.header.length).equals(this.header)
    const packed = new Map<string, Packed>()
    this.waste = 0
    let at = ours ? this.header.length : pack.length
    while (at + entryHeader <= pack.length && pack.readUInt32LE(at) === magic) {
      const end = at + entryHeader + pack.readUInt32LE(at + entryHeader - 8)
      if (end > pack.length) break
      const slot = pack.toString('latin1', at + 4, at + 4 + hashLength)
      const key = pack.toString('latin1', at + 4 + hashLength, at + 4 + 2 * hashLength)
      this.waste += sizeOf(packed.get(slot))
      packed.set(slot, { key, start: at + entryHeader, end, crc: pack.readUInt32LE(at + entryHeader - 4) })
      at = end
    }
    this.damaged = !ours || at !== pack.length
    this.pack = ours ? pack : Buffer.alloc(0)
    this.packed = packed
    return packed
  }
}

const sizeOf = (packed: Packed | undefined): number => (packed === undefined ? 0 : packed.end - packed.start + entryHeader)

function encodeEntry(slot: string, key: string, unit: CachedUnit): Buffer {
  const bytes = encodeUnit(unit)
  const header = Buffer.alloc(entryHeader)
  header.writeUInt32LE(magic, 0)
  header.write(slot + key, 4, 'latin1')
  header.writeUInt32LE(bytes.length, entryHeader - 8)
  header.writeUInt32LE(crc32(bytes), entryHeader - 4)
  return Buffer.concat([header, bytes])
}
