import type { WhyView } from '../protocol/messages'
import { fileName } from './texts'

/** Why each version of a module is still there, as a Markdown page. */
export function whyReport(module: string, versions: readonly WhyView[]): string {
  return [
    `# Why ${module} is still there`, '',
    ...(versions.length === 0 ? ['No version of it is loaded.'] : versions.flatMap(section)),
  ].join('\n')
}

const section = (view: WhyView): string[] => [
  `## v${view.version} (${view.slot})`, '',
  ...(view.keepers.length === 0 ? ['Nothing keeps it.'] : view.keepers.map((keeper) =>
    `- ${keeper.kind}: ${keeper.text}${keeper.pid ? ` ${keeper.pid}` : ''}${keeper.file ? ` at ${fileName(keeper.file)}:${keeper.line ?? 1}` : ''}`)),
  '',
]
