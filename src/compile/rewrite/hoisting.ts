import type { BlockStatement, Function as FunctionNode, FunctionDeclaration } from 'acorn'
import { eachName, eachVar } from './bindings'

/**
 * The body of a function with a frame becomes a block. Function declarations are lexical there: one that shares its name with a
 * `var`, a parameter, another function or (sloppy code) a function in a nested block would mean something else, or nothing.
 */
export function conflictingFunctions(node: FunctionNode, body: BlockStatement): FunctionDeclaration[] {
  const functions = body.body.filter((statement) => statement.type === 'FunctionDeclaration')
  if (functions.length === 0) return []
  const taken = new Set<string>()
  const take = (name: string): void => void taken.add(name)
  for (const parameter of node.params) eachName(parameter, take)
  eachVar(body.body, take, take)
  const seen = new Set<string>()
  for (const { id } of functions) {
    if (seen.has(id.name)) take(id.name)
    seen.add(id.name)
  }
  return functions.filter(({ id }) => taken.has(id.name))
}
