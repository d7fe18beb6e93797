import type { Cron } from 'croner'

export const time = (job: Cron): string => job.currentRun()?.toISOString() ?? 'no time'
