/**
 * What functions of the outermost scope give to what they are given: `(app) => { app.get('/', list) }`, also when they pass it on, and
 * classes, whose constructor gives it away or holds it for a method: `this.app = app`, `this.app.get('/', list)`.
 */
import type { AnyNode, AssignmentExpression, CallExpression } from 'acorn'
import type { Filling, Handed } from '../../protocol/unit'
import type { Context } from './context'
import { byNames, outermost } from './keeping'

export interface Fillings {
  /** By the names of functions. */
  readonly byFunction: Map<string, Filling[]>
  /** What methods do with members, by class and member. */
  readonly byMember: Map<string, { readonly method: string; readonly handed: Handed }[]>
  /** Methods of the same object that a method calls. */
  readonly calls: Map<string, string[]>
  /** Which parameter of its constructor a member of a class is. */
  readonly members: Map<string, { readonly made: string; readonly parameter: number }>
}

export const newFillings = (): Fillings => ({ byFunction: new Map(), byMember: new Map(), calls: new Map(), members: new Map() })

/** It runs with the function of the outermost scope around it, and not later. */
function runsWithIt(cx: Context): boolean {
  let { fn } = cx
  while (fn.outer !== undefined && fn.immediate) fn = fn.outer
  return fn.outer !== undefined && fn.outer.outer === undefined
}

/** Notes what the function around the call does with its parameters. */
export function fills(cx: Context, parameters: Handed['passed'] & object, handed: Handed): void {
  if (!runsWithIt(cx)) return
  const { name } = outermost(cx) ?? { name: '' }
  const found = parameters.flatMap((parameter) => (typeof parameter === 'number' ? [{ parameter, handed }] : []))
  add(cx.fills.byFunction, name, found)
}

/** Notes what the method around the call does with `this.app`. */
export function fillsMember(cx: Context, member: string, handed: Handed): void {
  const method = outermost(cx)?.name
  const key = memberOf(method, member)
  if (key !== undefined && method !== undefined && runsWithIt(cx)) add(cx.fills.byMember, key, [{ method, handed }])
}

/** Notes `this.routes()`. */
export function noteOwnCall(cx: Context, { callee }: CallExpression): void {
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'ThisExpression' || !runsWithIt(cx)) return
  const [caller, called] = [outermost(cx)?.name, memberName(callee)]
  const dot = caller?.indexOf('.') ?? -1
  if (caller !== undefined && called !== undefined && dot >= 0) add(cx.fills.calls, caller, [`${caller.slice(0, dot)}.${called}`])
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

/** What methods that the constructor calls do with members is what it does with its parameters. */
export function settleMembers({ fills: { byFunction, byMember, calls, members } }: Context): void {
  for (const [key, all] of byMember) {
    const held = members.get(key)
    if (held === undefined) continue
    const ran = new Set([held.made])
    for (const method of ran) for (const called of calls.get(method) ?? []) ran.add(called) // those that are added are looked at as well
    add(byFunction, held.made, all.flatMap(({ method, handed }) => (ran.has(method) ? [{ parameter: held.parameter, handed }] : [])))
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
