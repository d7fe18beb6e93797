/** Lines from a pipe or file, one after the other: each waits for the answer to the one before. */
import { createInterface } from 'node:readline'
import { HostDown, type Host } from '../host/host'
import type { AnswerText } from './shellAnswers'

export interface ShellPipeDeps {
  readonly host: Pick<Host, 'request'>
  readonly input: NodeJS.ReadableStream
  print(text: string): void
  readonly answerText: AnswerText
}

/** Resolves at the end of the input (true), or when the program has ended (false). */
export async function shellFromPipe({ host, input, print, answerText }: ShellPipeDeps): Promise<boolean> {
  const lines = createInterface({ input, crlfDelay: Infinity })
  try {
    for await (const line of lines) {
      if (line.trim() !== '') print(answerText(await host.request('shell', { line })))
    }
    return true
  } catch (error) {
    if (!(error instanceof HostDown)) throw error
    print(answerText({ ok: false, error: { name: error.name, message: error.message } }))
    return false
  } finally {
    lines.close()
  }
}
