/**
 * Patterns of `receive`. A pattern is
 *   any                 fits everything
 *   a class             fits its instances; String, Number, Boolean, BigInt, Symbol, Function fit the primitives
 *   another function    a predicate or type guard; fits when it answers a truthy value
 *   an array            fits an array of the same length whose elements fit
 *   a plain object      fits an object that has at least these keys, with values that fit
 *   anything else       fits what is the same by Object.is
 */
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import type { Pid, Ref } from './pid'

/** Wildcard in a pattern. */
export const any: unique symbol = Symbol('any')
/** What `receive` answers when its time is up. */
export const timeout: unique symbol = Symbol('timeout')
/** Fits no message: `sleep` waits with it. */
export const none: unique symbol = Symbol('none')

type Guard<T> = (message: unknown) => message is T
type Class<T> = abstract new (...args: never[]) => T

/** The type of the messages a pattern fits. */
export type Matched<P> =
  P extends typeof any ? unknown
  : P extends StringConstructor ? string
  : P extends NumberConstructor ? number
  : P extends BooleanConstructor ? boolean
  : P extends BigIntConstructor ? bigint
  : P extends SymbolConstructor ? symbol
  : P extends Class<infer T> ? T
  : P extends Guard<infer T> ? T
  : P extends (message: infer M) => unknown ? M
  : P extends Pid | Ref ? P
  : P extends object ? { -readonly [K in keyof P]: Matched<P[K]> }
  : P

export function matches(pattern: unknown, value: unknown): boolean {
  if (pattern === any) return true
  if (isFunction(pattern)) return matchesFunction(pattern, value)
  if (typeof pattern !== 'object' || pattern === null) return Object.is(pattern, value)
  if (pattern === value) return true
  if (Array.isArray(pattern)) return matchesArray(pattern, value)
  return isPlain(pattern) && matchesObject(pattern, value)
}

/** Whether matching calls code of the program. */
export function callsProgram(pattern: unknown): boolean {
  if (isFunction(pattern)) return !isClass(pattern)
  if (typeof pattern !== 'object' || pattern === null) return false
  if (Array.isArray(pattern)) return pattern.some(callsProgram)
  return isPlain(pattern) && Object.values(pattern).some(callsProgram)
}

function matchesFunction(pattern: AnyFunction, value: unknown): boolean {
  const known: unknown = pattern
  switch (known) {
    case String: return typeof value === 'string'
    case Number: return typeof value === 'number'
    case Boolean: return typeof value === 'boolean'
    case BigInt: return typeof value === 'bigint'
    case Symbol: return typeof value === 'symbol'
    case Function: return typeof value === 'function'
    default: return isClass(pattern) ? value instanceof pattern : Boolean(pattern(value))
  }
}

/** A class's `prototype` cannot be assigned; that of a `function` can, and arrow functions have none. */
function isClass(pattern: AnyFunction): boolean {
  return Object.getOwnPropertyDescriptor(pattern, 'prototype')?.writable === false
}

function matchesArray(pattern: readonly unknown[], value: unknown): boolean {
  return Array.isArray(value) && value.length === pattern.length && pattern.every((part, i) => matches(part, value[i]))
}

function matchesObject(pattern: object, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(pattern).every(([key, part]) => key in value && matches(part, Reflect.get(value, key)))
}

/** Pids, dates, maps and the like are compared as values, not key by key. */
function isPlain(pattern: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(pattern)
  return prototype === Object.prototype || prototype === null
}
