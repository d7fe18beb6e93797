/**
 * From text to a function: indirect eval with a source URL. `vm.Script` would keep 3 kB of every text for ever, eval keeps
 * 40 bytes; the URL carries the version (`?v=3`), so that every raw stack frame tells it.
 */
import { pathToFileURL } from 'node:url'
import { isFunction, trusted } from '../../base/guards'
import type { Emitted } from '../../protocol/unit'
import type { Unit } from '../link'

export type EsmBody = (emitted: Emitted) => Generator<undefined, void, void> | AsyncGenerator<undefined, void, void>
export type CommonjsBody = (this: unknown, exports: unknown, require: unknown, module: unknown, filename: string, dirname: string, emitted: Emitted) => void

const indirectEval = eval

/**
 * `file:///p/t.ts?t=3`: js-debug takes a URL that ends in `?t=<digits>` for reloaded code and moves breakpoints to it. A load that
 * fails leaves its number to the next one, and functions: so each `again` is another text, and another URL (`?t=03`).
 */
export const scriptUrl = (file: string, version: number, again: number): string => `${fileUrl(file)}?t=${'0'.repeat(again)}${version}`

const urls = new Map<string, string>()
export function fileUrl(file: string): string {
  let url = urls.get(file)
  if (url === undefined) urls.set(file, (url = pathToFileURL(file).href))
  return url
}

/** Functions of first versions, made before they are needed. */
const made = new WeakMap<Unit, unknown>()

/** Before anybody asks for the first version of a module. */
export function makeAhead(unit: Unit): void {
  if (unit.rewritten.format === 'json') return
  try {
    made.set(unit, compile(unit, scriptUrl(unit.file, 1, 0)))
  } catch {
    // It is made again by whoever needs it, and tells then.
  }
}

function bodyOf(unit: Unit, url: string): unknown {
  const body = url === scriptUrl(unit.file, 1, 0) ? made.get(unit) : undefined
  made.delete(unit)
  return body ?? compile(unit, url)
}

function compile(unit: Unit, url: string): unknown {
  const map = unit.inlineMap === undefined ? '' : `\n//# sourceMappingURL=${unit.inlineMap}`
  return indirectEval(`${unit.rewritten.code}${map}\n//# sourceURL=${url}`)
}

/** @throws SyntaxError when the generated text does not parse. */
export function esmBody(unit: Unit, url: string): EsmBody {
  const body = bodyOf(unit, url)
  if (!isFunction(body)) throw new TypeError(`${unit.file}: compiled to no function`)
  return trusted(body, 'the rewriter emits exactly this shape for `esm`')
}

export function commonjsBody(unit: Unit, url: string): CommonjsBody {
  const body = bodyOf(unit, url)
  if (!isFunction(body)) throw new TypeError(`${unit.file}: compiled to no function`)
  return trusted(body, 'the rewriter emits exactly this shape for `commonjs`')
}
