/** What a section of the benchmark found, and how it is printed. A goal is shown as met or missed; nothing is asserted. */
import { median, p95 } from './statistics'

export interface Figure {
  readonly what: string
  readonly unit: 'ms' | 'us' | 'ns' | 'B' | 'kB' | 'MB' | ''
  readonly samples: readonly number[]
  /** The figure of the same section it is compared with, by `what`. */
  readonly against?: string
  /** At most this many times the figure it is compared with, or (without one) at most this value. */
  readonly atMost?: number
  readonly note?: string
}

export interface Section {
  /** What a filter on the command line is compared with. */
  readonly name: string
  readonly title: string
  run(how: How): Promise<readonly Figure[]>
}

export interface How {
  /** A short run: fewer rounds, the same rows. */
  readonly quick: boolean
  /** Where the runtimes to compare are: label and executable. */
  readonly nodes: readonly { readonly label: string; readonly path: string }[]
  say(text: string): void
}

export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => rowOf(figure, figures))
  const head = ['what', 'median', 'p95', 'n', 'ratio', 'goal', 'note']
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, column) => (column === 0 || column > 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`
  const rule = `|${widths.map((width, column) => (column === 0 || column > 3 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

function rowOf(figure: Figure, all: readonly Figure[]): string[] {
  const { what, unit, samples, against, note } = figure
  const value = median(samples)
  const base = all.find((other) => other.what === against)
  const ratio = base === undefined ? undefined : value / median(base.samples)
  const many = samples.length > 1
  return [what, `${short(value)} ${unit}`.trim(), many ? `${short(p95(samples))} ${unit}` : '', String(samples.length), ratio === undefined ? '' : `${short(ratio)}x ${against ?? ''}`, goalOf(figure, ratio ?? value, ratio !== undefined), note ?? '']
}

function goalOf({ atMost, against, unit }: Figure, value: number, relative: boolean): string {
  if (atMost === undefined || (against !== undefined && !relative)) return ''
  return `<= ${short(atMost)}${relative ? 'x' : ` ${unit}`.trimEnd()} ${value <= atMost ? 'met' : 'MISSED'}`
}

/** Three digits that matter. */
function short(value: number): string {
  if (!Number.isFinite(value)) return '-'
  const size = Math.abs(value)
  if (size === 0) return '0'
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : size >= 0.1 ? value.toFixed(2) : value.toPrecision(2)
}
