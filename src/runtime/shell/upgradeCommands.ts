/** Upgrade plans at the prompt: what the editor's commands of the same names do, in text. */
import { previewText, reportText } from '../../protocol/upgradeText'
import type { Release, UpgradeDirection, UpgradePlan } from '../release/releaseTypes'
import type { Command } from './scope'

export interface UpgradeCommandDeps {
  readonly release?: Pick<Release, 'preview' | 'run'>
  write(text: string): void
}

/** Of a host that has no code server: none. */
export function upgradeCommands({ release, write }: UpgradeCommandDeps): Record<string, Command> {
  if (release === undefined) return {}
  return {
    async previewUpgrade(plan: UpgradePlan | string, direction: UpgradeDirection = 'up') {
      const preview = await release.preview(plan, { direction })
      write(previewText(preview))
      return preview.ok ? 'ok' : 'error'
    },
    async runUpgrade(plan: UpgradePlan | string, direction: UpgradeDirection = 'up') {
      const report = await release.run(plan, { direction })
      write(reportText(report))
      return report.kind === 'done' ? 'ok' : 'error'
    },
  }
}
