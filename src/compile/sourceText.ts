import { isUtf8 } from 'node:buffer'
import { hash } from 'node:crypto'
import type { Problem } from '../base/problem'
import { problemAt } from './problems'

export interface SourceText {
  /** As on disk, without byte order mark. */
  readonly text: string
  /** Of the bytes, hexadecimal. */
  readonly hash: string
}

/** SHA-1: with the instructions of today's processors as fast as anything (0.5 ms for 1 MB), and nobody attacks it here. */
export function hashOf(bytes: Uint8Array | string): string {
  return hash('sha1', bytes)
}

/** The text of a source file, or the place of the first byte that is not UTF-8. */
export function decodeSource(file: string, bytes: Buffer): { readonly ok: true; readonly source: SourceText } | { readonly ok: false; readonly problem: Problem } {
  if (!isUtf8(bytes)) return { ok: false, problem: notUtf8(file, bytes) }
  return { ok: true, source: { text: withoutMark(bytes.toString('utf8')), hash: hashOf(bytes) } }
}

/** A text that an editor handed over. */
export function sourceOfText(text: string): SourceText {
  return { text: withoutMark(text), hash: hashOf(text) }
}

const withoutMark = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)

function notUtf8(file: string, bytes: Buffer): Problem {
  if (bytes[0] === 0xff && bytes[1] === 0xfe || bytes[0] === 0xfe && bytes[1] === 0xff) {
    return problemAt(file, '', 0, 'The file is UTF-16; save it as UTF-8')
  }
  // What decoding replaced differs from the bytes at the first invalid one; all before it is valid text.
  const again = Buffer.from(bytes.toString('utf8'))
  let at = 0
  while (bytes[at] === again[at]) at++
  const byte = (bytes[at] ?? 0).toString(16).padStart(2, '0')
  const valid = withoutMark(bytes.toString('utf8', 0, at))
  return problemAt(file, `${valid} `, valid.length, `The file is not UTF-8 text (byte 0x${byte} at offset ${at})`)
}
