/** The answer to `why` as a page that a person reads: Markdown, the same in the editor and in the shell. */
import path from 'node:path'
import type { HeapWalkView, WhyKeeper, WhyView } from '../../protocol/messages'

export function whyText(module: string, versions: readonly WhyView[], heap: HeapWalkView): string {
  return [
    `# Why ${module} is still there`, '',
    ...(versions.length === 0 ? ['No version of it is loaded.', ''] : versions.flatMap((view) => section(view, heap))),
    heapText(heap),
  ].join('\n')
}

const section = (view: WhyView, heap: HeapWalkView): string[] => [
  `## v${view.version} (${view.slot})`, '',
  ...(view.slot === 'purged' ? ['Its code was dropped, but functions of it are still held.', ''] : []),
  ...(view.slot === 'failed' ? ['Its load failed, but functions of it are still held.', ''] : []),
  ...(view.keepers.length === 0 ? [nothingText(view, heap)] : view.keepers.map(line)),
  ...(view.unlisted === undefined ? [] : [`- and ${view.unlisted} more processes`]),
  ...(view.more === true ? ['- and more than these'] : []),
  '',
]

const line = ({ kind, text, pid, file, line: at, heldBy = [] }: WhyKeeper): string =>
  `- ${kind}: ${text}${pid === undefined ? '' : ` ${pid}`}${file === undefined ? '' : ` at ${path.basename(file)}${at === undefined ? '' : `:${at}`}`}${heldBy.map((one) => (one === '…' ? ', …' : `, held by ${one}`)).join('')}`

function nothingText({ slot }: WhyView, heap: HeapWalkView): string {
  if (heap.state !== 'done') return 'No process, and nothing that its top level opened, keeps it.'
  return slot === 'old' ? 'Nothing keeps it but its slot: the next load or a purge drops it.' : 'Nothing keeps it but being current.'
}

function heapText(heap: HeapWalkView): string {
  switch (heap.state) {
    case 'skipped': return 'The heap was not looked through: functions and objects that others hold are not listed.'
    case 'done': return `The heap (${heap.heapMb} MB) was looked through in ${seconds(heap.tookMs)}; the program stood still for up to ${seconds(heap.snapshotMs)} of it.`
    case 'stopped': return `Looking through the heap (${heap.heapMb} MB) was stopped after ${seconds(heap.tookMs)} (${heap.because === 'time' ? 'its time was over' : 'cancelled'}): what others hold is not listed, or not all of it.`
    case 'tooBig': return `The heap (${heap.heapMb} MB) was not looked through: the program would stand still for too long above ${heap.maxHeapMb} MB.`
    case 'failed': return `The heap could not be looked through: ${heap.message}`
  }
}

const seconds = (ms: number): string => (ms < 100 ? 'less than 0.1 s' : `${(ms / 1000).toFixed(1)} s`)
