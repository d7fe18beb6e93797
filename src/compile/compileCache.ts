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

interface Packed {
  readonly key: string
  /** The whole entry, as it is in the pack. */
  readonly bytes: Buffer
}

const magic = 0x43535731
const hashLength = 40
const entryHeader = 4 + hashLength + hashLength + 4 + 4
/** Written when no new result came for so long: soon, because a host may end without a word. */
const idleMs = 200
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
  private packed: Map<string, Packed> | undefined
  private readonly fresh = new Map<string, { readonly key: string; readonly unit: CachedUnit }>()
  private readonly header: Buffer
  private timer: NodeJS.Timeout | undefined
  /** Bytes of the file that newer entries replaced. */
  private waste = 0
  /** There is a file, it is ours, and ends with a whole entry: the next one may follow. */
  private canAppend = false
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
    const unit = packed.bytes.subarray(entryHeader)
    return crc32(unit) === packed.bytes.readUInt32LE(entryHeader - 4) ? decodeUnit(unit) : undefined
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
    this.index()
    const added = [...this.fresh].map(([slot, { key, unit }]) => encodeEntry(slot, key, unit))
    for (const bytes of added) this.add(bytes)
    this.fresh.clear()
    try {
      mkdirSync(dirname(file), { recursive: true })
      if (this.canAppend && this.waste <= wasteLimit) appendFileSync(file, Buffer.concat(added))
      else this.rewrite(file)
    } catch (error) {
      this.readOnly = true
      log('warn', `cannot write the compile cache ${file}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** Under another name first, so that nobody ever reads half a pack. */
  private rewrite(file: string): void {
    const next = `${file}.${process.pid}.${Date.now()}`
    try {
      writeFileSync(next, Buffer.concat([this.header, ...[...this.index().values()].map(({ bytes }) => bytes)]))
      renameSync(next, file)
    } catch (error) {
      rmSync(next, { force: true })
      throw error
    }
    this.canAppend = true
    this.waste = 0
  }

  private index(): Map<string, Packed> {
    if (this.packed === undefined) {
      this.packed = new Map()
      this.read(this.load())
    }
    return this.packed
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

  private read(pack: Buffer): void {
    if (!pack.subarray(0, this.header.length).equals(this.header)) return
    let at = this.header.length
    while (at + entryHeader <= pack.length && pack.readUInt32LE(at) === magic) {
      const end = at + entryHeader + pack.readUInt32LE(at + entryHeader - 8)
      if (end > pack.length) break
      this.add(pack.subarray(at, end))
      at = end
    }
    this.canAppend = at === pack.length
  }

  private add(bytes: Buffer): void {
    const slot = bytes.toString('latin1', 4, 4 + hashLength)
    const index = this.index()
    this.waste += index.get(slot)?.bytes.length ?? 0
    index.set(slot, { key: bytes.toString('latin1', 4 + hashLength, 4 + 2 * hashLength), bytes })
  }
}

function encodeEntry(slot: string, key: string, unit: CachedUnit): Buffer {
  const bytes = encodeUnit(unit)
  const header = Buffer.alloc(entryHeader)
  header.writeUInt32LE(magic, 0)
  header.write(slot + key, 4, 'latin1')
  header.writeUInt32LE(bytes.length, entryHeader - 8)
  header.writeUInt32LE(crc32(bytes), entryHeader - 4)
  return Buffer.concat([header, bytes])
}
