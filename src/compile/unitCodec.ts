import type { Problem } from '../base/problem'
import type { Rewritten } from '../protocol/unit'

/** What compiling produced, apart from the text it was made of. */
export interface CachedUnit {
  readonly rewritten: Rewritten
  readonly map: string | undefined
  readonly warnings: readonly Problem[]
}

/** The small tables are JSON; code, map and the long number tables stay raw, which reads several times faster. */
type Meta = Omit<Rewritten, 'code' | 'points' | 'shifts'> & { readonly warnings: readonly Problem[]; readonly mapped: boolean }

const headerLength = 7 * 4

/** Little-endian header (lengths of the parts, and whether the code is one byte a character), then the parts. */
export function encodeUnit(unit: CachedUnit): Buffer {
  const { code, points, shifts, ...small } = unit.rewritten
  const meta = Buffer.from(JSON.stringify({ ...small, warnings: unit.warnings, mapped: unit.map !== undefined } satisfies Meta))
  const narrow = !/[\u0100-\uffff]/.test(code)
  const codeBytes = Buffer.from(code, narrow ? 'latin1' : 'utf16le')
  const map = Buffer.from(unit.map ?? '')
  const header = Buffer.alloc(headerLength)
  const lengths = [meta.length, codeBytes.length, narrow ? 1 : 2, map.length, points.length, shifts.length]
  lengths.forEach((length, index) => header.writeInt32LE(length, index * 4))
  return Buffer.concat([header, meta, codeBytes, map, numbersToBytes(points), numbersToBytes(shifts)])
}

/** Undefined when the bytes are not what `encodeUnit` writes. */
export function decodeUnit(bytes: Buffer): CachedUnit | undefined {
  if (bytes.length < headerLength) return undefined
  let at = headerLength
  const next = (length: number): Buffer => bytes.subarray(at, at += length)
  const length = (index: number): number => bytes.readInt32LE(index * 4)
  const meta = parseMeta(next(length(0)).toString('utf8'))
  const code = next(length(1)).toString(length(2) === 1 ? 'latin1' : 'utf16le')
  const map = next(length(3)).toString('utf8')
  const points = bytesToNumbers(next(length(4) * 4))
  const shifts = bytesToNumbers(next(length(5) * 4))
  if (meta === undefined || at !== bytes.length) return undefined
  const { warnings, mapped, ...small } = meta
  return { rewritten: { ...small, code, points, shifts }, map: mapped ? map : undefined, warnings }
}

function parseMeta(json: string): Meta | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return isMeta(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Only this file writes them, and a checksum guards the bytes: looking at the top is enough. */
function isMeta(value: unknown): value is Meta {
  return typeof value === 'object' && value !== null && 'format' in value && 'imports' in value && 'functions' in value && 'warnings' in value
}

function numbersToBytes(numbers: readonly number[]): Buffer {
  return Buffer.from(Int32Array.from(numbers).buffer)
}

function bytesToNumbers(bytes: Buffer): number[] {
  // Copied, because an Int32Array must start at a multiple of four; a loop, because Array.from takes four times as long.
  const source = new Int32Array(new Uint8Array(bytes).buffer, 0, bytes.length >> 2)
  const numbers = new Array<number>(source.length)
  for (let at = 0; at < source.length; at++) numbers[at] = source[at] ?? 0
  return numbers
}
