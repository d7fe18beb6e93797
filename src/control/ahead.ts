/** Units of the start, in groups, while others are still compiled: main is idle until then. */
import type { ModuleName } from '../protocol/ids'
import type { Unit } from '../runtime/link'
import type { MainLink } from './mainLink'

const GROUP = 50

export class Ahead {
  private readonly names: ModuleName[] = []
  private group: Unit[] = []

  constructor(private readonly main: Pick<MainLink, 'request'>) {}

  add(unit: Unit): void {
    if (this.group.push(unit) < GROUP) return
    void this.main.request('ahead', { units: this.group })
    this.names.push(...this.group.map(({ module }) => module))
    this.group = []
  }

  /** What main has, and what it has not. */
  rest(): { readonly units: readonly Unit[]; readonly ahead: readonly ModuleName[] } {
    return { units: this.group, ahead: this.names }
  }
}
