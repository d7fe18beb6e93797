import type { Cron } from 'croner'
import { visit } from './visits'

export function report(job: Cron): void {
  console.log(`report 1: visit ${visit()} at ${job.currentRun()?.toISOString() ?? 'no time'}`)
}
