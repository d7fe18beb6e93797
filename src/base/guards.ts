/** Narrowing from `unknown`, and the one place where a type is taken on trust. */
export type AnyFunction = (this: unknown, ...args: readonly unknown[]) => unknown

export const isFunction = (value: unknown): value is AnyFunction => typeof value === 'function'

/**
 * The value is a T because of a contract the compiler cannot see: both threads share the message types, the rewriter emits what
 * `Emitted` says, each method has its own result type. `why` names that contract at the place that relies on it.
 */
export function trusted<T>(value: unknown, why: string): T {
  void why
  return value as T
}
