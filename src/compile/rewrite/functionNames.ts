import type { Expression, PrivateIdentifier, Property } from 'acorn'

export const ANONYMOUS = '(anonymous)'

/** Longest piece of source that stands for a computed key. */
const KEY_LENGTH = 40

/** A property's key as a stack names it: `x`, `#x`, `[Symbol.iterator]`. */
export function keyName(code: string, key: Expression | PrivateIdentifier, computed: boolean): string {
  if (key.type === 'PrivateIdentifier') return `#${key.name}`
  if (key.type === 'Literal') return String(key.value)
  if (key.type === 'Identifier' && !computed) return key.name
  const text = code.slice(key.start, key.end)
  return `[${text.length > KEY_LENGTH || /[\r\n]/.test(text) ? '…' : text}]`
}

export function propertyName(code: string, { key, computed, kind }: Pick<Property, 'key' | 'computed' | 'kind'>): string {
  const name = keyName(code, key, computed)
  return kind === 'init' ? name : `${kind} ${name}`
}
