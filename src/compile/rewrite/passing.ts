/**
 * Functions that are written as an argument and gone when the call has ended: those of arrays, promises and strings, and what is
 * given to the runtime, which knows the processes it starts.
 */
import type { CallExpression, NewExpression } from 'acorn'
import type { Context } from './context'

const CONSUMING: ReadonlySet<string> = new Set([
  'map', 'filter', 'forEach', 'reduce', 'reduceRight', 'some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex', 'flatMap', 'sort', 'toSorted', 'from',
  'then', 'catch', 'finally', 'replace', 'replaceAll', 'parse', 'stringify', 'group', 'groupBy',
])
const RUNTIME = 'codeswitch'

export function passOn(cx: Context, node: CallExpression | NewExpression): void {
  const { callee } = node
  const consumes = callee.type === 'Identifier' ? (node.type === 'NewExpression' && callee.name === 'Promise') || isOfRuntime(cx, callee.name)
    : callee.type === 'MemberExpression' && ((callee.property.type === 'Identifier' && CONSUMING.has(callee.property.name)) || (callee.object.type === 'Identifier' && isOfRuntime(cx, callee.object.name)))
  if (consumes) for (const argument of node.arguments) cx.passing.add(argument)
}

function isOfRuntime({ bindings, imports }: Context, name: string): boolean {
  const binding = bindings.get(name)
  return binding?.kind === 'import' && imports.specifier(binding.index) === RUNTIME
}
