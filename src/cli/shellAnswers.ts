/** What a shell line came to, for a person or for a program. */
import type { ShellAnswer } from '../protocol/messages'

export type AnswerText = (answer: ShellAnswer) => string

export const answerForPerson: AnswerText = (answer) => (answer.ok ? `${answer.value}\n` : `${answerError(answer.error)}\n`)

/** One line: JSON.stringify writes line breaks in texts as `\n`. */
export const answerForProgram: AnswerText = (answer) =>
  `${JSON.stringify(answer.ok ? { ok: true, value: answer.json ?? null } : { ok: false, error: { name: answer.error.name, message: answer.error.message } })}\n`

function answerError({ name, message, stack }: Extract<ShellAnswer, { ok: false }>['error']): string {
  const head = `** ${name === 'throw' ? 'thrown' : name}: ${message}`
  return stack === undefined || stack === '' ? head : `${head}\n${stack}`
}
