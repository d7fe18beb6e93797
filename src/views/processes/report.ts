import type { ProcessDetails } from '../../protocol/messages'
import { clockTime, place, processTitle } from '../texts'

/** Everything known about a process, as a Markdown page. */
export function processReport(details: ProcessDetails): string {
  const { process } = details
  const stack = process.stack.map((frame) => `${frame.function} at ${place(frame)} (${frame.module} v${frame.version} ${frame.slot})`)
  return [
    `# ${processTitle(process)} ${process.pid}`, '',
    `- status: ${process.status}`,
    `- started: ${clockTime(process.startedAt)}${process.parent ? ` by ${process.parent}` : ''}`,
    `- traps exits: ${process.trapExit ? 'yes' : 'no'}`,
    `- lingers in old code: ${process.lingers ? 'yes' : 'no'}`, '',
    ...section('Stack', stack),
    ...section('Mailbox', details.mailbox),
    ...section('Dictionary', details.dictionary.map(([key, value]) => `${key}: ${value}`)),
    ...section('Links', details.links),
    ...section('Monitors', details.monitors),
    ...section('Monitored by', details.monitoredBy),
    ...section('Ancestors', details.ancestors),
    ...section('Resources', details.resources),
  ].join('\n')
}

const section = (title: string, lines: readonly string[]): string[] => [`## ${title}`, '', ...(lines.length === 0 ? ['none'] : lines.map((line) => `- ${line}`)), '']
