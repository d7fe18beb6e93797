import { pathToFileURL } from 'node:url'
import { encode, type SourceMapMappings, type SourceMapSegment } from '@jridgewell/sourcemap-codec'
import { LEAST_UPPER_BOUND, TraceMap, decodedMappings, originalPositionFor, type EncodedSourceMap } from '@jridgewell/trace-mapping'
import type { Rewritten } from '../protocol/unit'
import { unshift } from './rewrite/shifts'

/** `line` 1-based, `column` 0-based in UTF-16 units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** What finding a place needs of a compiled module. */
export interface Positioned {
  /** esbuild's source map; undefined when the text was rewritten as it is. */
  readonly map: string | undefined
  readonly rewritten: Pick<Rewritten, 'shifts'>
}

/** A place in `rewritten.code` (a stack frame, a breakpoint) as the place in the source file it comes from. */
export function original(unit: Positioned, line: number, column: number): Position {
  return originalOfInput(unit, line, unshift(unit.rewritten.shifts, line, column))
}

/** A place in the text that was rewritten (`functions`, `points`, `imports` of `Rewritten`) as the place in the source file. */
export function originalOfInput(unit: Pick<Positioned, 'map'>, line: number, column: number): Position {
  const trace = traceOf(unit)
  if (trace === undefined) return { line, column }
  const found = originalPositionFor(trace, { line, column })
  // Left of the first mapped place of a line: the nearest one to the right.
  const usable = found.line === null ? originalPositionFor(trace, { line, column, bias: LEAST_UPPER_BOUND }) : found
  return usable.line === null ? { line, column } : { line: usable.line, column: usable.column }
}

/** Decoding waits for the first question; the result lives as long as the unit. */
const traces = new WeakMap<Pick<Positioned, 'map'>, TraceMap>()

function traceOf(unit: Pick<Positioned, 'map'>): TraceMap | undefined {
  if (unit.map === undefined) return undefined
  const known = traces.get(unit)
  if (known !== undefined) return known
  const trace = new TraceMap(unit.map)
  traces.set(unit, trace)
  return trace
}

/** What `inlineMap` needs of a compiled module. */
export interface Mappable extends Positioned {
  readonly file: string
  readonly text: string
}

/**
 * A source map from `rewritten.code` to the source file, as a data URL for a `sourceMappingURL` comment. The text is
 * part of it, because the file on disk is already the next version when somebody looks into an old one.
 */
export function inlineMap(compiled: Mappable): string {
  const before = traceOf(compiled)
  const mappings = before === undefined ? wordMappings(compiled.text) : decodedMappings(before)
  const map: EncodedSourceMap = {
    version: 3,
    sources: [pathToFileURL(compiled.file).href],
    sourcesContent: [compiled.text],
    names: before?.names ?? [],
    mappings: encode(shifted(mappings, compiled.rewritten.shifts)),
  }
  return `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`
}

/** Every word and sign of a text maps to itself: a debugger can then stop at each statement. */
function wordMappings(text: string): SourceMapMappings {
  return text.split(/\r\n|[\n\r\u2028\u2029]/).map((line, index) => {
    const starts = [...line.matchAll(/[\p{ID_Continue}$]+|[^\s\p{ID_Continue}$]/gu)]
    return starts.map((start): SourceMapSegment => [start.index, 0, index, start.index])
  })
}

/** Moves each segment to where the rewriter's insertions put it; lines stay. */
function shifted(mappings: readonly (readonly Readonly<SourceMapSegment>[])[], shifts: readonly number[]): SourceMapMappings {
  let next = 0
  return mappings.map((segments, index) => {
    const line = index + 1
    while (next < shifts.length && shiftAt(shifts, next).line < line) next += 3
    let delta = 0
    return segments.map((segment) => {
      for (; next < shifts.length; next += 3) {
        const shift = shiftAt(shifts, next)
        if (shift.line !== line || shift.column - shift.delta > segment[0]) break
        delta = shift.delta
      }
      return moved(segment, delta)
    })
  })
}

function shiftAt(shifts: readonly number[], index: number): { readonly line: number; readonly column: number; readonly delta: number } {
  return { line: shifts[index] ?? 0, column: shifts[index + 1] ?? 0, delta: shifts[index + 2] ?? 0 }
}

function moved(segment: Readonly<SourceMapSegment>, delta: number): SourceMapSegment {
  const column = segment[0] + delta
  if (segment.length === 1) return [column]
  if (segment.length === 4) return [column, segment[1], segment[2], segment[3]]
  return [column, segment[1], segment[2], segment[3], segment[4]]
}
