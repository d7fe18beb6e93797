/** Crowds as plain data: a few of each by name, the others counted, whatever their number. */
import type { Crowd } from '../process/crowds'
import type { PictureCrowd, PictureLingering, PictureProcess, ProcessPicture } from '../link'
import type { Process } from '../process/process'

const CROWDS_SHOWN = 20
/** Of all crowds together; of each at least `FEWEST`, at most `MOST`. */
const MEMBERS_SHOWN = 200
const MOST = 50
const FEWEST = 10
/** So many of a version's lingering processes are shown by name. */
const LINGERING_SHOWN = 200

type View = (process: Process) => PictureProcess

/** The largest ones, in order of birth: a row keeps its place while counts go up and down. */
export function viewCrowds(crowds: readonly Crowd[], lingering: readonly Process[], view: View): Pick<ProcessPicture, 'crowds' | 'otherCrowds'> {
  const largest = crowds.length <= CROWDS_SHOWN ? crowds : [...crowds].sort((a, b) => b.members.size - a.members.size).slice(0, CROWDS_SHOWN)
  const shown = new Set(largest)
  const others = crowds.filter((crowd) => !shown.has(crowd))
  const each = Math.min(MOST, Math.max(FEWEST, Math.floor(MEMBERS_SHOWN / Math.max(1, shown.size))))
  const lingerers = countByCrowd(new Set(lingering))
  return {
    crowds: crowds.filter((crowd) => shown.has(crowd)).map((crowd): PictureCrowd =>
      ({ label: crowd.label, total: crowd.members.size, lingering: lingerers.get(crowd) ?? 0, oldest: first(crowd.members, each).map(view) })),
    otherCrowds: { crowds: others.length, total: others.reduce((sum, crowd) => sum + crowd.members.size, 0) },
  }
}

/** Those who are in no crowd, and the oldest of each crowd. */
export function viewLingering(who: readonly Process[], view: View): Pick<PictureLingering, 'processes' | 'crowds'> {
  const totals = countByCrowd(who)
  const left = new Map([...totals.keys()].map((crowd) => [crowd, FEWEST]))
  const shown: Process[] = []
  for (const process of who) {
    if (shown.length >= LINGERING_SHOWN) break
    const { crowd } = process
    const more = crowd?.crowded === true ? (left.get(crowd) ?? 0) : 1
    if (crowd !== undefined) left.set(crowd, more - 1)
    if (more > 0) shown.push(process)
  }
  return { processes: shown.map(view), crowds: [...totals].map(([{ label }, total]) => ({ label, total })) }
}

function countByCrowd(processes: Iterable<Process>): Map<Crowd, number> {
  const counts = new Map<Crowd, number>()
  for (const { crowd } of processes) if (crowd?.crowded === true) counts.set(crowd, (counts.get(crowd) ?? 0) + 1)
  return counts
}

function first<T>(items: Iterable<T>, n: number): T[] {
  const found: T[] = []
  for (const item of items) {
    if (found.length >= n) break
    found.push(item)
  }
  return found
}
