/**
 * `Error.stack` of user code: positions of the source file, and the version in the URL (`file:///p/t.ts?v=3:12:5`). Mapping is
 * lazy: nothing is decoded until a stack that contains the script is read.
 */
import { original, originalOfInput } from '../../compile/positions'
import { unshift } from '../../compile/rewrite/shifts'
import { rawSites, takeOverPrepare } from './callSites'
import type { Said } from './callSites'
import { fileUrl } from '../code/evaluate'
import type { Version } from '../../protocol/ids'
import type { VersionRecord } from '../code/version'
import type { Place } from '../implicit/place'
import type { PositionsOf, Unit } from '../link'
import { asProgramHasThem } from './stackDepth'
import { blamedBehind, isOddMessage, readableMessage } from './v8Messages'

interface Script {
  readonly unit: Unit
  readonly version: Version
  /** Of the text that runs; made when somebody asks. */
  lines: readonly string[] | undefined
}

/** One frame of the stack that is running now, in generated code. */
export interface RunningFrame { readonly unit: Unit; readonly version: Version; readonly line: number; readonly column: number; readonly function: string }

/** An error may be printed after its code was purged: so many scripts are remembered although nothing is left of them. */
const REMEMBERED = 20

const RAW = /(file:\/\/[^\s()]*?\?t=\d+):(\d+):(\d+)/

export class StackTraces {
  private readonly scripts = new Map<string, Script>()
  private readonly ended: string[] = []
  /** A function that somebody keeps holds the record of its version: so long its script is known. */
  private readonly ofRecord = new WeakMap<VersionRecord, Script>()
  private readonly kept = new Map<string, WeakRef<Script>>()
  private readonly unkept = new FinalizationRegistry<string>((url) => void this.kept.delete(url))

  add(unit: Unit, record: VersionRecord): void {
    const script = { unit, version: record.version, lines: undefined }
    this.ofRecord.set(record, script)
    this.scripts.set(record.url, script)
  }

  remove(record: VersionRecord): void {
    const { url } = record
    const script = this.ofRecord.get(record)
    if (script === undefined) return
    this.kept.set(url, new WeakRef(script))
    this.unkept.register(script, url)
    this.ended.push(url)
    const forgotten = this.ended.length > REMEMBERED ? this.ended.shift() : undefined
    if (forgotten !== undefined) this.scripts.delete(forgotten)
  }

  /** What finds the places of a script whose version is in no slot, as long as something of it is there. */
  positionsOf(url: string): PositionsOf | undefined {
    const unit = this.find(url)?.unit
    return unit === undefined ? undefined : { map: unit.map, rewritten: { shifts: unit.rewritten.shifts } }
  }

  private find(url: string | null | undefined): Script | undefined {
    return url === null || url === undefined ? undefined : (this.scripts.get(url) ?? this.kept.get(url)?.deref())
  }

  install(): void {
    takeOverPrepare({
      text: (error, sites) => `${this.header(error, sites)}${this.lines(asProgramHasThem(withoutOurs(sites), error, (rest) => this.lines(rest)))}`,
      shown: (sites) => asProgramHasThem(withoutOurs(sites)),
      said: (site) => this.said(site),
    })
  }

  /** Frames of user code that are on the stack right now, innermost first. */
  running(): RunningFrame[] {
    const before = { prepare: Error.prepareStackTrace, limit: Error.stackTraceLimit }
    const frames: RunningFrame[] = []
    try {
      Error.stackTraceLimit = 400
      Error.prepareStackTrace = rawSites
      const holder: { stack?: unknown } = {}
      Error.captureStackTrace(holder, this.running)
      const sites: readonly NodeJS.CallSite[] = Array.isArray(holder.stack) ? holder.stack : []
      for (const site of sites) this.collect(site, frames)
    } finally {
      Error.prepareStackTrace = before.prepare
      Error.stackTraceLimit = before.limit
    }
    return frames
  }

  private lines(sites: readonly NodeJS.CallSite[]): string {
    return sites.map((site) => `\n    at ${this.show(site)}`).join('')
  }

  /** Raw text with generated positions (V8 made it before we could) to source positions. */
  mapText(text: string): string {
    return text.replace(new RegExp(RAW, 'g'), (all) => this.mapLocation(all))
  }

  /** Those of these that are in user code, as lines of its source; who awaits counts as well. */
  places(sites: readonly NodeJS.CallSite[]): Place[] {
    return sites.flatMap((site) => {
      const script = this.find(site.getScriptNameOrSourceURL())
      if (script === undefined) return []
      const { module, file, rewritten } = script.unit
      const line = site.getLineNumber() ?? 1
      const at = { line, column: unshift(rewritten.shifts, line, (site.getColumnNumber() ?? 1) - 1) }
      return [{ module, file, line: originalOfInput(script.unit, at.line, at.column).line, version: script.version, function: site.getFunctionName() ?? '', at }]
    })
  }

  private said(site: NodeJS.CallSite): Said | undefined {
    const script = this.find(site.getScriptNameOrSourceURL())
    if (script === undefined) return undefined
    const { file, rewritten: { format } } = script.unit
    const name = format === 'commonjs' ? file : fileUrl(file)
    const at = original(script.unit, site.getLineNumber() ?? 1, (site.getColumnNumber() ?? 1) - 1)
    const called = site.getFunctionName()
    return {
      getFileName: name, getScriptNameOrSourceURL: name, getLineNumber: at.line, getColumnNumber: at.column + 1,
      getFunctionName: called === 'eval' ? null : called, isEval: false, getEvalOrigin: undefined, toString: this.show(site),
    }
  }

  private collect(site: NodeJS.CallSite, frames: RunningFrame[]): void {
    const script = this.find(site.getScriptNameOrSourceURL())
    if (script === undefined || isAsync(site)) return
    frames.push({ unit: script.unit, version: script.version, line: site.getLineNumber() ?? 1, column: (site.getColumnNumber() ?? 1) - 1, function: site.getFunctionName() ?? '(anonymous)' })
  }

  private header(error: unknown, sites: readonly NodeJS.CallSite[]): string {
    try {
      if (isErrorOfV8(error) && isOddMessage(error.message)) this.mend(error, sites)
      return Error.prototype.toString.call(error)
    } catch {
      return 'Error' // a program may throw an object whose name or message throws
    }
  }

  /** What the message quotes is the text of whoever threw. */
  private mend(error: Error, sites: readonly NodeJS.CallSite[]): void {
    const site = sites[0]
    const script = this.find(site?.getScriptNameOrSourceURL())
    if (site === undefined || script === undefined) return
    Reflect.set(error, 'message', readableMessage(error.message, script.unit.rewritten, textFrom(script, site.getLineNumber() ?? 1, (site.getColumnNumber() ?? 1) - 1)))
  }

  private show(site: NodeJS.CallSite): string {
    const text = String(site).replace(RAW, (all) => this.mapLocation(all))
    return readable(text, site)
  }

  private mapLocation(text: string): string {
    const match = RAW.exec(text)
    const script = this.find(match?.[1])
    if (match === null || script === undefined) return text
    const [line, column] = [Number(match[2]), Number(match[3]) - 1]
    const at = original(script.unit, line, column + blamedBehind(textFrom(script, line, column)))
    return `${fileUrl(script.unit.file)}?v=${script.version}:${at.line}:${at.column + 1}`
  }
}

/** `line` 1-based, `column` 0-based; to the end of the line. */
function textFrom(script: Script, line: number, column: number): string {
  script.lines ??= script.unit.rewritten.code.split(/\r\n|[\n\r\u2028\u2029]/)
  return (script.lines[line - 1] ?? '').slice(column)
}

/**
 * V8 calls whatever has no name in evaluated text `eval`: top levels and callbacks. And it says `Proxy` where a static method was
 * called through the stable face of its class.
 */
function readable(text: string, site: NodeJS.CallSite): string {
  const unnamed = /^(async )?(?:(\S+)\.)?eval \((file:.*)\)$/.exec(text)
  if (unnamed === null) return text.replace(/^(async )?Proxy\./, '$1')
  const [, async = '', owner, place = ''] = unnamed
  const method = site.getMethodName()
  return owner === undefined || owner === 'Object' || method === null ? async + place : `${async}${owner}.${method} (${place})`
}

/** Without the runtime's own frames, and without those of Node that only led there. */
function withoutOurs(sites: readonly NodeJS.CallSite[]): readonly NodeJS.CallSite[] {
  let end = sites.length
  while (end > 0 && isPlumbing(sites[end - 1])) end--
  return sites.slice(0, end).filter((site) => site.getFileName() !== __filename)
}

function isPlumbing(site: NodeJS.CallSite | undefined): boolean {
  const file = site?.getFileName()
  return file === __filename || file === 'node:async_hooks' || file === 'node:internal/async_local_storage/async_context_frame' || (file === undefined || file === null || file === '') && site?.getFunctionName() === 'next'
}

const isAsync = (site: NodeJS.CallSite): boolean => String(site).startsWith('async ')

/** Those that quote code. */
const isErrorOfV8 = (error: unknown): error is Error => (error instanceof TypeError || error instanceof ReferenceError) && typeof error.message === 'string'
