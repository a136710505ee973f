// The load generator and the OTLP sink, on a core of their own: a fixed number of requests at a fixed rate over keep-alive sockets.
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { countSpans } from './spans.mjs'

const CONNECTIONS = 32
const TICK_MS = 4

let bodies = []
const sink = createServer((request, response) => {
  // The service behind, for the case with a call.
  if (request.url === '/backend') return response.setHeader('content-type', 'application/json').end('{"answer":42}')
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    bodies.push({ body: Buffer.concat(chunks), type: request.headers['content-type'] ?? '', encoding: request.headers['content-encoding'] })
    response.setHeader('content-type', request.headers['content-type'] ?? 'application/json')
    response.end(request.headers['content-type']?.includes('json') ? '{}' : '')
  })
})
sink.keepAliveTimeout = 600_000
sink.listen(0, '127.0.0.1', () => process.send({ sink: sink.address().port }))

const HEADERS = [
  'host: 127.0.0.1',
  'user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
  'accept: application/json',
  `authorization: Bearer ${'k'.repeat(40)}`,
  'cookie: theme=dark; sid=0123456789abcdef0123456789abcdef',
  'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'x-request-id: req-7f3c2a91'
].join('\r\n')

process.on('message', async (question) => {
  if (question.run) process.send({ ran: await run(question.run) })
  if (question === 'spans') {
    const taken = bodies
    bodies = []
    process.send({ spans: taken.reduce((sum, each) => sum + countSpans(each), 0) })
  }
})
process.on('disconnect', () => process.exit(0))

/** Sends `requests` for ids below `path` at `rate` a second; resolves to the number of complete 200 answers. */
function run({ port, path, requests, rate }) {
  return new Promise((resolve, reject) => {
    const idle = []
    let sent = 0
    let answered = 0
    let ok = 0
    let credit = 0
    const sockets = Array.from({ length: CONNECTIONS }, () => {
      const socket = connect(port, '127.0.0.1')
      socket.setNoDelay(true)
      socket.on('error', reject)
      let pending = ''
      socket.on('data', (chunk) => {
        pending += chunk.toString('latin1')
        const head = pending.indexOf('\r\n\r\n')
        if (head < 0) return
        const length = Number(/content-length: (\d+)/i.exec(pending)?.[1] ?? 0)
        if (pending.length < head + 4 + length) return
        if (pending.startsWith('HTTP/1.1 200')) ok++
        pending = ''
        idle.push(socket)
        if (++answered === requests) finish()
      })
      idle.push(socket)
      return socket
    })
    let last = performance.now()
    const timer = setInterval(() => {
      const now = performance.now()
      credit = Math.min(credit + ((now - last) * rate) / 1000, CONNECTIONS)
      last = now
      while (credit >= 1 && idle.length > 0 && sent < requests) {
        credit--
        idle.pop().write(`GET ${path}/${sent++ % 1000}?page=2 HTTP/1.1\r\n${HEADERS}\r\n\r\n`)
      }
    }, TICK_MS)
    const finish = () => {
      clearInterval(timer)
      for (const socket of sockets) socket.destroy()
      resolve(ok)
    }
  })
}
