import type { LoadReport, Refusal } from '../../protocol/messages'
import { isRefusal } from '../askHost'
import { outcomeText, texts } from '../texts'

/** What every command returns: plain JSON. `error` is a word for programs, `message` a sentence for people. */
export type CommandResult =
  | { readonly ok: true; readonly [field: string]: unknown }
  | { readonly ok: false; readonly error: string; readonly message: string; readonly [field: string]: unknown }

export type Command = (invocation: import('./invocation').Invocation) => Promise<CommandResult>

export const failure = (error: string, message: string): CommandResult => ({ ok: false, error, message })
export const cancelled: CommandResult = failure('cancelled', texts.cancelled)
export const refused = (refusal: Refusal): CommandResult => failure(refusal.error, refusal.message)

/** An answer of the host as a result: its fields, or the refusal. */
export const answered = (answer: object | Refusal): CommandResult => isRefusal(answer) ? refused(answer) : { ...answer, ok: true }

/** `ok` only when every module of the batch was loaded or unchanged; the report comes along either way. */
export function reported(answer: LoadReport | Refusal): CommandResult {
  if (isRefusal(answer)) return refused(answer)
  if (answer.ok) return { ok: true, report: answer }
  const worst = answer.outcomes.find((outcome) => outcome.kind === 'failed') ?? answer.outcomes.find((outcome) => outcome.kind === 'staged')
  return {
    ok: false,
    error: worst?.kind === 'failed' ? worst.reason : worst?.kind ?? 'not_loaded',
    message: worst ? `${worst.module}: ${outcomeText(worst)}` : 'not loaded',
    report: answer,
  }
}

/** Failures that are on the screen already (tree, status bar, Problems, a message of their own), or that the person chose. */
export const isVisible = (result: CommandResult): boolean => result.ok || result.error === 'cancelled' || result.error === 'crashed' || 'report' in result
