/** Rows as text in columns, the first row being the heading. The last column is not padded; the others are cut at `widest`. */
const widest = 48

export function table(rows: readonly (readonly string[])[]): string {
  const cut = rows.map((row) => row.map((cell, column) => (column < row.length - 1 && cell.length > widest ? `${cell.slice(0, widest - 1)}…` : cell)))
  const widths = (cut[0] ?? []).map((_, column) => Math.max(...cut.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()
  return cut.map((row) => `${line(row)}\n`).join('')
}
