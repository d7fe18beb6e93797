import { Cron } from 'croner'
import { report } from './report'
import { count } from './visits'

/** Given by import: the next tick runs what `report` is then. */
new Cron('* * * * * *', report)

/** Written in place: when this file is saved, this job ends and the new one begins. */
new Cron('* * * * * *', () => {
  console.log(`job 1: ${count()} so far`)
})
