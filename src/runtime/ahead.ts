/** What a start can do while control still compiles: functions are made of the texts that are there. */
import type { ModuleName } from '../protocol/ids'
import { makeAhead } from './code/evaluate'
import type { Unit } from './link'

export class Ahead {
  private readonly units = new Map<ModuleName, Unit>()

  add(units: readonly Unit[]): void {
    for (const unit of units) {
      this.units.set(unit.module, unit)
      makeAhead(unit)
    }
  }

  /** Those of a start. Others came for one that did not begin, since a file did not compile. */
  take(modules: readonly ModuleName[]): Unit[] {
    const taken = modules.flatMap((module) => this.units.get(module) ?? [])
    this.units.clear()
    return taken
  }
}
