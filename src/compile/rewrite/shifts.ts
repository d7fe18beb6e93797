/**
 * Where a column of the rewritten text was in the input. Imports nothing: the runtime bundles it too.
 *
 * `shifts` is `Rewritten.shifts`: (line, column in the code, delta) per entry, sorted; from that column to the next entry of the
 * line, input column = code column - delta. Inserted text belongs to the place it was inserted at.
 */
export function unshift(shifts: readonly number[], line: number, column: number): number {
  const next = firstAfter(shifts, line, column)
  const before = next - 3
  const input = before >= 0 && shifts[before] === line ? column - (shifts[before + 2] ?? 0) : column
  if (shifts[next] !== line) return input
  const end = (shifts[next + 1] ?? 0) - (shifts[next + 2] ?? 0)
  return Math.min(input, end)
}

/** Index of the first entry behind (line, column). */
function firstAfter(shifts: readonly number[], line: number, column: number): number {
  let low = 0
  let high = shifts.length / 3
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = shifts[middle * 3] ?? 0
    if (at < line || (at === line && (shifts[middle * 3 + 1] ?? 0) <= column)) low = middle + 1
    else high = middle
  }
  return low * 3
}
