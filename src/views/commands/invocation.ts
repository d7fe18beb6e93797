import * as vscode from 'vscode'
import type { FrameView } from '../../protocol/snapshot'
import type { Target } from '../row'
import { RowNode } from '../rowTree'

/**
 * How a command was called. A person calls from the palette, a key, a row or an editor: then it may ask, and says when it
 * fails. Code calls with a string (module name, pid or registered name) or an object: then it only answers.
 */
export interface Invocation {
  readonly person: boolean
  /** Module name, unique last part or absolute path; or pid or registered name. */
  readonly subject: string | undefined
  readonly frame: FrameView | undefined
  /** Which frame of the process to open: 0 the innermost. */
  readonly index: number | undefined
  readonly line: number | undefined
  readonly kill: boolean | undefined
  readonly soft: boolean | undefined
  readonly confirm: boolean | undefined
  readonly heap: boolean | undefined
  readonly text: string | undefined
  readonly reason: string | undefined
  readonly slot: 'current' | 'old' | undefined
  readonly policy: 'ask' | 'soft' | 'brutal' | undefined
  /** Of an upgrade plan. */
  readonly direction: 'up' | 'down' | undefined
}

const byPerson: Invocation = {
  person: true, subject: undefined, frame: undefined, index: undefined, line: undefined, kill: undefined, soft: undefined, confirm: undefined, heap: undefined,
  text: undefined, reason: undefined, slot: undefined, policy: undefined, direction: undefined,
}

/** Reads the first argument of a command. Fields of the wrong type count as absent. */
export function parseInvocation(argument: unknown): Invocation {
  if (argument === undefined || argument === null) return byPerson
  if (argument instanceof RowNode) return { ...byPerson, ...ofTarget(argument.target) }
  if (argument instanceof vscode.Uri) return { ...byPerson, subject: argument.fsPath }
  if (typeof argument === 'string') return { ...byPerson, person: false, subject: argument }
  if (!isRecord(argument)) return byPerson
  return {
    person: argument['person'] === true,
    subject: text(argument['module']) ?? text(argument['pid']) ?? text(argument['name']) ?? text(argument['file']),
    frame: frame(argument['frame']),
    index: number(argument['index']),
    line: number(argument['line']),
    kill: boolean(argument['kill']),
    soft: boolean(argument['soft']),
    confirm: boolean(argument['confirm']),
    heap: boolean(argument['heap']),
    text: text(argument['text']),
    reason: text(argument['reason']),
    slot: oneOf(['current', 'old'] as const, argument['slot']),
    policy: oneOf(['ask', 'soft', 'brutal'] as const, argument['policy']),
    direction: oneOf(['up', 'down'] as const, argument['direction']),
  }
}

function ofTarget(target: Target): Partial<Invocation> {
  switch (target.kind) {
    case 'module': case 'staged': return { subject: target.module }
    case 'version': return { subject: target.module, slot: target.slot }
    case 'process': return { subject: target.pid, frame: target.frame }
    case 'frame': return { subject: target.pid, frame: target.frame }
    case 'problem': case 'crowd': case 'more': case 'batch': case 'note': return {}
  }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null
const text = (value: unknown): string | undefined => typeof value === 'string' ? value : undefined
const number = (value: unknown): number | undefined => typeof value === 'number' ? value : undefined
const boolean = (value: unknown): boolean | undefined => typeof value === 'boolean' ? value : undefined
const frame = (value: unknown): FrameView | undefined => isFrame(value) ? value : undefined
const isFrame = (value: unknown): value is FrameView =>
  isRecord(value) && typeof value['module'] === 'string' && typeof value['version'] === 'number' && typeof value['file'] === 'string'
  && typeof value['line'] === 'number' && typeof value['column'] === 'number'
const oneOf = <T extends string>(allowed: readonly T[], value: unknown): T | undefined => allowed.find((candidate) => candidate === value)
