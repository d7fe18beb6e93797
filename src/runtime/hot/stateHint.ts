/** Tells once that a reload reset what a module keeps at its top level, and how to keep it. */
import type { ModuleName } from '../../protocol/ids'
import type { Rewritten } from '../../protocol/unit'

/** So many are named. */
const NAMED = 3

export class StateHint {
  private readonly told = new Set<ModuleName>()

  /** @returns the hint for a module whose version with this state was replaced. */
  of(module: ModuleName, { state, format }: Pick<Rewritten, 'state' | 'format'>): string | undefined {
    if (state.length === 0 || this.told.has(module)) return undefined
    this.told.add(module)
    const named = state.slice(0, NAMED).map((name) => `\`${name}\``).join(', ')
    const names = state.length > NAMED ? `${named} and ${state.length - NAMED} more` : named
    const [was, it] = state.length === 1 ? ['was', 'it'] : ['were', 'them']
    return `top-level ${names} ${was} reset; keep ${it} in ${format === 'esm' ? 'import.meta.hot.data' : 'a module of its own'}`
  }
}
