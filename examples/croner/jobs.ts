import { Cron } from 'croner'
import { report } from './report'
import { time } from './time'
import { count } from './visits'

/** Given by import: the next tick runs what `report` is then. */
new Cron('* * * * * *', report)

/** Written in place: when this file is saved, this job ends and the new one begins. */
new Cron('* * * * * *', (job: Cron) => {
  console.log(`job 1: ${count()} so far at ${time(job)}`)
})
