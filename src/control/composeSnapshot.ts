/** Main's tables + what control knows (texts, staged, failed) = what the views see. Pure. */
import type { ModuleNames } from '../compile/moduleNames'
import type { ModuleName } from '../protocol/ids'
import type { ModuleView, ProcessPage, ProcessView, RuntimeView, Snapshot } from '../protocol/snapshot'
import type { Picture, PictureModule, PictureProcess, ProcessPicture } from '../runtime/link'
import type { Batches } from './batches'
import type { Importers } from './importers'
import type { Texts } from './texts'

/** Where the lines of frames come from. */
export interface SourceDeps {
  readonly texts: Texts
  readonly names: ModuleNames
}

export interface ComposeDeps extends SourceDeps {
  readonly batches: Batches
  readonly importers: Pick<Importers, 'problemsOf'>
}

export function composeSnapshot(seq: number, runtime: RuntimeView, picture: Picture, loading: readonly string[], deps: ComposeDeps): Snapshot {
  return {
    seq, runtime, loading,
    modules: moduleViews(picture, deps),
    processes: processPage(picture, deps),
    lingering: picture.lingering.map((entry) => ({ ...entry, processes: entry.processes.map((process) => processView(process, deps)) })),
    atRisk: picture.atRisk,
  }
}

export function processPage(picture: ProcessPicture, deps: SourceDeps): ProcessPage {
  const { total, offset, single, processes, crowds, otherCrowds } = picture
  const views = (some: readonly PictureProcess[]): ProcessView[] => some.map((process) => processView(process, deps))
  return { total, offset, single, items: views(processes), crowds: crowds.map((crowd) => ({ ...crowd, oldest: views(crowd.oldest) })), otherCrowds }
}

export function processView(process: PictureProcess, deps: SourceDeps): ProcessView {
  const stack = process.stack.map((frame) => deps.texts.frame(frame, deps.names.fileOf(frame.module) ?? ''))
  return { ...process, stack }
}

function moduleViews(picture: Picture, deps: ComposeDeps): ModuleView[] {
  const loaded = picture.modules.map((module) => moduleView(module, deps))
  const known = new Set(picture.modules.map((module) => module.name))
  // A module whose very first load failed is in no table, but its failure must be seen.
  const never = deps.batches.failedModules().filter((name) => !known.has(name))
  return [...loaded, ...never.map((name) => unloaded(name, deps))]
}

/** Views of modules that are neither staged nor failed, and miss nothing, are made once: who has seen one knows it by its identity. */
const plainViews = new WeakMap<PictureModule, ModuleView>()

function moduleView(module: PictureModule, deps: ComposeDeps): ModuleView {
  const staged = deps.batches.stagedView(module.name, victimsOf(module))
  const failed = deps.batches.failedView(module.name)
  const missing = deps.importers.problemsOf(module.name)
  if (staged !== undefined || failed !== undefined || missing.length > 0) return { ...module, staged, failed, ...(missing.length === 0 ? {} : { missing }) }
  const view = plainViews.get(module) ?? { ...module, staged, failed }
  plainViews.set(module, view)
  return view
}

/** Whom the next load of this module would end. */
export const victimsOf = ({ current, old }: PictureModule): number => (current === undefined ? 0 : (old?.processes ?? 0))

function unloaded(name: ModuleName, deps: ComposeDeps): ModuleView {
  return { name, file: deps.names.fileOf(name) ?? name, sticky: false, current: undefined, old: undefined, staged: undefined, failed: deps.batches.failedView(name) }
}
