/** Mocha's spec reporter that also leaves its counts in the file named by CODESWITCH_TEST_COUNTS. */
import { writeFileSync } from 'node:fs'
import Mocha from 'mocha'

export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats
      writeFileSync(process.env.CODESWITCH_TEST_COUNTS, JSON.stringify({ passed: passes, failed: failures, skipped: pending }))
    })
  }
}
