/** Tells once that a reload reset what a module keeps at its top level, and how to keep it. */
import type { ModuleName } from '../../protocol/ids'
import type { Rewritten } from '../../protocol/unit'

export class StateHint {
  private readonly told = new Set<ModuleName>()

  /** @returns the hint for a module whose version with this state was replaced. */
  of(module: ModuleName, replaced: Pick<Rewritten, 'state'>): string | undefined {
    if (replaced.state.length === 0 || this.told.has(module)) return undefined
    this.told.add(module)
    const names = replaced.state.map((name) => `\`${name}\``).join(', ')
    return `${module}: top-level ${names} ${replaced.state.length === 1 ? 'was' : 'were'} reset by the reload; keep ${replaced.state.length === 1 ? 'it' : 'them'} in import.meta.hot.data`
  }
}
