/**
 * Names that cross the wire. Each is a brand over a string or number, and this file is the only place that mints one.
 */
declare const brand: unique symbol
type Brand<T, B extends string> = T & { readonly [brand]: B }

/** A module's name: its path from the workspace folder with `/` and without extension (`src/t`). */
export type ModuleName = Brand<string, 'ModuleName'>
/** A process identifier in Erlang's notation: `<0.40.0>`. */
export type PidText = Brand<string, 'Pid'>
/** A positive number, one higher at each load of the module that succeeded. */
export type Version = Brand<number, 'Version'>

export const moduleName = (text: string): ModuleName => text as ModuleName
export const pidText = (id: number): PidText => `<0.${id}.0>` as PidText
export const version = (n: number): Version => n as Version

/** The number inside `<0.40.0>` (also `0.40.0` and `40`), undefined when the text is no pid. */
export function parsePid(text: string): number | undefined {
  const match = /^(?:<?0\.(\d+)\.0>?|(\d+))$/.exec(text.trim())
  const digits = match?.[1] ?? match?.[2]
  return digits === undefined ? undefined : Number(digits)
}
