// Preloaded into a service: SIGUSR2 collects the garbage and logs how many bytes are left, so that growth can be told from slack.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
process.on('SIGUSR2', () => {
  collect()
  process.stdout.write(`${JSON.stringify({ msg: 'held', bytes: process.memoryUsage().heapUsed })}\n`)
})
