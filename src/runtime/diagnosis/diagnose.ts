/**
 * What this thread's tables know about why a version is still there: who has an activation in it, and what its top level has
 * open. For a heap walk they are prepared as well: `Marker` names objects, so that they can be found in a heap snapshot.
 */
import inspector from 'node:inspector'
import { isClass } from '../identity/classIdentity'
import type { Slot } from '../identity/identity'
import type { HeldView } from '../implicit/ledgers'
import type { Diagnosis, ScriptView, VersionDiagnosis } from '../link'
import { readableOf } from '../code/moduleTable'
import type { Instance, ModuleRecord } from '../code/moduleTable'
import type { Processes } from '../process/processes'
import { viewProcess } from '../picture/takePicture'
import type { PictureDeps } from '../picture/takePicture'
import { viewLingering } from '../picture/viewCrowds'
import type { VersionRecord } from '../code/version'

export interface DiagnoseDeps {
  readonly processes: Processes
  readonly picture: PictureDeps
  /** What the top level of this version has open. */
  heldBy(version: VersionRecord): readonly HeldView[]
  forgetGone(): void
}

/**
 * The heap walk finds this by the name of its class. `of3` are objects by which the module table itself holds version 3:
 * whatever is reachable only through them is held by nobody else. `held` are things that have a name.
 */
class CodeswitchMarker {
  readonly held: object[] = [];
  [version: `of${number}`]: readonly object[]
}

let marker: CodeswitchMarker | undefined

/** Between the two calls a heap snapshot finds the marker. */
export function unmark(): void {
  marker = undefined
}

export function diagnose(deps: DiagnoseDeps, record: ModuleRecord, forWalk: boolean): Diagnosis {
  marker = forWalk ? new CodeswitchMarker() : undefined
  // Not right before a snapshot: what looks whether something is gone holds it until this turn of the event loop is over.
  if (!forWalk) deps.forgetGone()
  const versions = [record.current, record.old].flatMap((instance) => (instance === undefined ? [] : [diagnoseVersion(deps, record, instance)]))
  const heapBytes = process.memoryUsage().heapUsed
  const { file } = record
  const last = record.nextVersion() - 1
  if (!forWalk) return { file, last, versions, heapBytes }
  const modules = [...deps.picture.table.all()].map(({ name, calls, values, namespace }) => ({ name, at: [calls, values, namespace].map(mark) }))
  return { file, last, versions, heapBytes, walk: { scripts: scripts(), runtimeFile: __filename, modules } }
}

function diagnoseVersion({ processes, picture, heldBy }: DiagnoseDeps, record: ModuleRecord, instance: Instance): VersionDiagnosis {
  const { version, state } = instance.record
  const who = processes.lingering(instance.record)
  if (marker !== undefined) marker[`of${version}`] = ownedByTable(record, instance)
  return {
    version, slot: state === 'old' ? 'old' : 'current', total: who.length, ...viewLingering(who, (process) => viewProcess(picture, process)),
    held: heldBy(instance.record).map(({ target, ...view }) => ({ ...view, at: mark(target) })),
    exports: exportedObjects(instance).map(([name, value]) => ({ name, at: mark(value) })),
  }
}

const mark = (target: object): number => (marker === undefined ? -1 : marker.held.push(target) - 1)

/** The table's own hold on a version: its slot and, of current, the export tables. */
const ownedByTable = (record: ModuleRecord, instance: Instance): readonly object[] =>
  [instance, ...record.funs.allSlots().flatMap((slot) => [slot, ...prototypeShownBy(slot)]), ...(record.current === instance ? [record.calls, record.values, record.namespace, record.funs] : [])]

/** The face of a plain function shows its `prototype`, which leads back to the function. Objects of a class are held by whoever holds them. */
function prototypeShownBy({ fn }: Slot): object[] {
  const prototype: unknown = isClass(fn) ? undefined : Object.getOwnPropertyDescriptor(fn, 'prototype')?.value
  return typeof prototype === 'object' && prototype !== null ? [prototype] : []
}

/** Exported values that are objects: they hold their version as functions do. */
function exportedObjects(instance: Instance): (readonly [string, object])[] {
  return readableOf(instance).flatMap(([name, read]) => {
    const value = readOrNothing(read)
    return typeof value === 'object' && value !== null ? [[name, value] as const] : []
  })
}

function readOrNothing(read: () => unknown): unknown {
  try {
    return read()
  } catch {
    return undefined // its top level has not come that far
  }
}

/** All scripts that V8 has, with their URLs. Enabling the debugger says them at once; no user code runs before it is disabled. */
function scripts(): readonly ScriptView[] {
  const found: ScriptView[] = []
  const session = new inspector.Session()
  session.connect()
  session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => {
    if (url !== '') found.push({ id: Number(scriptId), url })
  })
  session.post('Debugger.enable')
  session.post('Debugger.disable')
  session.disconnect()
  return found
}
