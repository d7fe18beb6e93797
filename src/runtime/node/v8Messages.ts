/**
 * V8's messages quote the code that runs (`$$_c0.f is not a constructor`). Here they say what the source says, and what Node says
 * of plain code. Where the source had no name, V8's `(intermediate value)` stands.
 */
import type { Rewritten } from '../../protocol/unit'

type Text = Pick<Rewritten, 'code' | 'imports'>

const VALUE = '(intermediate value)'
const COMMONJS_ONLY = /^(require|module|exports|__filename|__dirname) is not defined$/
const NAME = String.raw`[\p{ID_Continue}$]+`

/** Whether there may be something to say better: cheap, as it is asked of every error whose stack is read. */
export const isOddMessage = (message: string): boolean => message.includes('$$')

/** What Node says to a top level that throws because it takes an ES module for CommonJS. Source: lib/internal/modules/esm/module_job.js. */
export function explainGlobal(thrown: unknown, { format }: Pick<Rewritten, 'format'>): void {
  if (format !== 'esm' || !(thrown instanceof ReferenceError)) return
  const name = COMMONJS_ONLY.exec(thrown.message)?.[1]
  if (name !== undefined) thrown.message += ` in ES module scope${name === 'require' ? ', you can use import instead' : ''}`
}

/** `at`: the text that runs, from the place where it threw. */
export function readableMessage(message: string, text: Text, at: string): string {
  const prefix = prefixOf(text.code)
  if (prefix === undefined || !message.includes(`${prefix}_`)) return message
  if (message.startsWith('yield* ')) return `yield* ${VALUE}${/ is not (async )?iterable.*$/.exec(message)?.[0] ?? ''}`
  const iterated = message.startsWith(`${prefix}_each(...)`) ? iteratedOf(at) : undefined
  const named = withNames(iterated === undefined ? message : subjectOf(iterated.text), prefix, text)
  return named.includes(`${prefix}_`) ? named.replace(/^.* (is not .*)$/, `${VALUE} $1`) : named
}

/** V8 blames the call around what a `for await` goes through: how far behind that the name is which it would blame. */
export const blamedBehind = (at: string): number => iteratedOf(at)?.offset ?? 0

function withNames(message: string, prefix: string, { imports }: Text): string {
  const own = prefix.replaceAll('$', '\\$')
  const nameOf = (all: string, index: string, name: string): string => {
    const record = imports[Number(index)]
    return record === undefined ? all : (record.locals?.[name] ?? name)
  }
  return withoutWaits(message.replace(new RegExp(`\\(0 , (${own}_c\\d+\\.${NAME})\\)`, 'gu'), '$1'), `(${prefix}_`)
    .replace(new RegExp(`${own}_[cn](\\d+)\\.(${NAME})`, 'gu'), nameOf)
    .replace(new RegExp(`${own}_m(\\d+)`, 'g'), (all, index: string) => nameOf(all, index, '*'))
    .replace(new RegExp(`${own}_(?:meta|\\w+\\(\\.\\.\\.\\))(?![\\w(])`, 'g'), VALUE)
}

/** An `await` or a `yield` is a sequence in parentheses. */
function withoutWaits(message: string, opening: string): string {
  let text = message
  for (let start = text.indexOf(opening); start >= 0; start = text.indexOf(opening)) {
    let end = start
    for (let depth = 0; end < text.length; end++) {
      if (text[end] === '(') depth++
      else if (text[end] === ')' && --depth === 0) break
    }
    text = text.slice(0, start) + VALUE + text.slice(end + 1)
  }
  return text
}

/** `P_each(P_f, 1, 2, (P_f.p = 1, a.b(…)))`: what is gone through, if it has a name. */
function iteratedOf(at: string): { readonly text: string; readonly offset: number } | undefined {
  if (!at.startsWith('$$') || !/^\$\$\d*_each\(/.test(at)) return undefined
  const opening = /^\S+ \d+, \d+, \(\S+\.p = \d+, /.exec(at)?.[0]
  if (opening === undefined) return { text: VALUE, offset: 0 }
  const found = new RegExp(`^((?:\\(0, (?=\\$\\$)|\\$\\$\\d*_i\\()?(?:${NAME}\\.)*)(${NAME})\\)?([()])`, 'u').exec(at.slice(opening.length))
  if (found === null) return { text: VALUE, offset: opening.length }
  const [, owner = '', name = '', next] = found
  return { text: `${owner.slice(owner.lastIndexOf('(') + 1).trimStart().replace(/^0, /, '')}${name}${next === '(' ? '(...)' : ''}`, offset: opening.length + owner.length }
}

/** In V8's words. */
const subjectOf = (iterated: string): string => `${iterated} is not ${iterated.endsWith('(...)') ? 'a function or its return value is not ' : ''}async iterable`

/** See `rewritten` in protocol/unit.ts: the last parameter. */
const prefixOf = (code: string): string | undefined => /^[^)]*?(\$\$\d*)\)/.exec(code)?.[1]
