import type { FrameView } from '../protocol/snapshot'
import type { Problem } from '../base/problem'

/** What a row is about: what a command invoked on it acts on. */
export type Target =
  | { readonly kind: 'module'; readonly module: string; readonly file: string }
  | { readonly kind: 'version'; readonly module: string; readonly version: number; readonly slot: 'current' | 'old' }
  | { readonly kind: 'staged'; readonly module: string; readonly batch: number }
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'process'; readonly pid: string; readonly frame: FrameView | undefined }
  | { readonly kind: 'frame'; readonly pid: string; readonly frame: FrameView }
  | { readonly kind: 'more'; readonly of: 'modules' | 'processes' }
  | { readonly kind: 'crowd'; readonly crowd: string }
  | { readonly kind: 'batch'; readonly batch: number }
  | { readonly kind: 'note' }

/** A codicon and a theme colour. The state is always in the text too; the icon only repeats it. */
export interface Icon { readonly id: string; readonly color?: string }

/** One line of a tree, as plain data: views are functions from a snapshot to rows, and rows are what tests compare. */
export interface Row {
  /** Stable over snapshots: selection and expansion hang on it. */
  readonly id: string
  readonly label: string
  readonly description: string
  readonly tooltip: string
  readonly icon: Icon
  /** Words that menus select by (`viewItem`), the kind first. */
  readonly flags: readonly string[]
  /** How it appears the first time; afterwards the person's choice holds. */
  readonly expanded: boolean
  readonly target: Target
  readonly children: readonly Row[]
}

/** True when both look the same in the tree (tooltips are made when asked for, children are compared on their own). */
export function looksSame(a: Row, b: Row): boolean {
  return a.label === b.label && a.description === b.description && a.icon.id === b.icon.id && a.icon.color === b.icon.color
    && a.flags.join() === b.flags.join() && (a.children.length > 0) === (b.children.length > 0)
}
