/**
 * What functions of the outermost scope give to what they are given: `(app) => { app.get('/', list) }`, also when they pass it on, and
 * classes, whose constructor gives it away or holds it for a method: `this.app = app`, `this.app.get('/', list)`.
 */
import type { AnyNode, AssignmentExpression } from 'acorn'
import type { Filling, Handed } from '../../protocol/unit'
import type { Context } from './context'
import { byNames, outermost } from './keeping'

export interface Fillings {
  /** By the names of functions. */
  readonly byFunction: Map<string, Filling[]>
  /** By class and member. */
  readonly byMember: Map<string, Handed[]>
  /** Which parameter of its constructor a member of a class is. */
  readonly members: Map<string, { readonly made: string; readonly parameter: number }>
}

export const newFillings = (): Fillings => ({ byFunction: new Map(), byMember: new Map(), members: new Map() })

/** Notes what the function around the call does with its parameters. */
export function fills(cx: Context, parameters: Handed['passed'] & object, handed: Handed): void {
  const { name } = outermost(cx) ?? { name: '' }
  const found = parameters.flatMap((parameter) => (typeof parameter === 'number' ? [{ parameter, handed }] : []))
  add(cx.fills.byFunction, name, found)
}

/** Notes what the method around the call does with `this.app`. */
export function fillsMember(cx: Context, member: string, handed: Handed): void {
  const key = memberOf(outermost(cx)?.name, member)
  if (key !== undefined) add(cx.fills.byMember, key, [handed])
}

/** Notes `this.app = app` in a constructor. */
export function noteHeld(cx: Context, { left, right }: AssignmentExpression): void {
  const member = left.type === 'MemberExpression' && left.object.type === 'ThisExpression' ? memberName(left) : undefined
  if (member === undefined || right.type !== 'Identifier') return
  const made = outermost(cx)?.name
  const key = made?.endsWith(CONSTRUCTOR) === true ? memberOf(made, member) : undefined
  const parameter = parameterOf(cx, right.name)
  if (key !== undefined && made !== undefined && parameter !== undefined) cx.fills.members.set(key, { made, parameter })
}

/** `app` of `this.app`, `#app` of `this.#app`. */
export function memberName(node: AnyNode): string | undefined {
  if (node.type !== 'MemberExpression' || node.computed) return undefined
  return node.property.type === 'Identifier' ? node.property.name : node.property.type === 'PrivateIdentifier' ? `#${node.property.name}` : undefined
}

/** Which parameter of the function of the outermost scope around it a name is. */
export function parameterOf(cx: Context, name: string): number | undefined {
  const index = outermost(cx)?.node?.params.findIndex((parameter) => parameter.type === 'Identifier' && parameter.name === name) ?? -1
  return index < 0 ? undefined : index
}

/** Whether what is called is a function of the module that fills what it is given. */
export const isFilling = ({ fills: { byFunction } }: Context, { name, made, method }: Handed): boolean =>
  byFunction.has(made === true ? name + CONSTRUCTOR : method === '' ? name : `${name}.${method}`)

/** By the names under which others know these functions, too. To be asked when everything was visited. */
export const fillingsOf = (cx: Context): Readonly<Record<string, readonly Filling[]>> | undefined => byNames(cx, cx.fills.byFunction)

/** What methods do with members is what the constructor does with its parameters. */
export function settleMembers({ fills: { byFunction, byMember, members } }: Context): void {
  for (const [key, all] of byMember) {
    const held = members.get(key)
    if (held !== undefined) add(byFunction, held.made, all.map((handed) => ({ parameter: held.parameter, handed })))
  }
}

const CONSTRUCTOR = '.constructor'

/** `of`: a function of a class, `Users.routes`. */
function memberOf(of: string | undefined, member: string): string | undefined {
  const dot = of?.indexOf('.') ?? -1
  return of === undefined || dot < 0 ? undefined : `${of.slice(0, dot)} ${member}`
}

function add<T>(to: Map<string, T[]>, key: string, found: readonly T[]): void {
  if (found.length > 0) to.set(key, [...(to.get(key) ?? []), ...found])
}
