// A reporter that notes the tests that passed only at the second try, so that a run names them in its last lines.
import { appendFileSync } from 'node:fs'

export default class SecondTry {
  onTestCaseResult(test) {
    if (test.diagnostic()?.flaky) appendFileSync(process.env.RAG_SECOND_TRY, `${test.module.relativeModuleId}: ${test.fullName}\n`)
  }
}
