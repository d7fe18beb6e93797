import type { Cron } from 'croner'
import { time } from './time'
import { visit } from './visits'

export function report(job: Cron): void {
  console.log(`report 1: visit ${visit()} at ${time(job)}`)
}
