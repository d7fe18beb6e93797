/**
 * Calls that keep nothing of what they are given: those of arrays, promises and strings, and what is given to the runtime, which
 * knows the processes it starts.
 */
import type { CallExpression, NewExpression } from 'acorn'
import type { Context } from './context'
import { isConsumingName } from './methodNames'

/** What these are given is known from elsewhere, or gone soon. */
const TIMERS: ReadonlySet<string> = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'])
const RUNTIME = 'codeswitch'

export function isConsuming(cx: Context, { type, callee }: CallExpression | NewExpression): boolean {
  if (callee.type === 'Identifier') return (type === 'NewExpression' && callee.name === 'Promise') || TIMERS.has(callee.name) || isOfRuntime(cx, callee.name)
  return callee.type === 'MemberExpression' && ((callee.property.type === 'Identifier' && isConsumingName(callee.property.name)) || (callee.object.type === 'Identifier' && isOfRuntime(cx, callee.object.name)))
}

function isOfRuntime({ bindings, imports }: Context, name: string): boolean {
  const binding = bindings.get(name)
  return binding?.kind === 'import' && imports.specifier(binding.index) === RUNTIME
}
