// A small service that logs to a file that will run out of room. Says on request how it fares.
import { createServer } from 'node:http'
import { createLogger, logControl } from '@rag/logger'
import { pino } from 'pino'

const [kind = 'ours', file = ''] = process.argv.slice(2)
const text = 'x'.repeat(1000)
let logged = 0
let worstMs = 0
let before = performance.now()
setInterval(() => {
  const now = performance.now()
  worstMs = Math.max(worstMs, now - before - 10)
  before = now
}, 10)

const ours = kind === 'ours' ? createLogger({ service: 'faults', destination: { file } }) : undefined
const logger = ours ?? pino({}, pino.destination({ dest: file, sync: kind === 'pino sync', minLength: kind === 'pino async' ? 4096 : 0 }))

createServer((request, response) => {
  if (request.url === '/figures') {
    const account = ours && logControl(ours).account()
    response.end(JSON.stringify({ logged, worstMs, rss: process.memoryUsage().rss, account }))
    worstMs = 0
    return
  }
  for (let line = 0; line < 20; line++) logger.info({ n: logged++, text }, 'line')
  response.end('ok')
}).listen(0, '127.0.0.1', function listening(this: { address(): unknown }) {
  process.send?.((this.address() as { port: number }).port)
})
