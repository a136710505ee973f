// At the exit of the process nothing asynchronous runs any more: what is left is posted by a worker while this thread waits.
import { Worker } from 'node:worker_threads'
import { onExit } from '@rag/core'
import type { Exit, Rest } from './export/exit.js'

/** For all exporters together: an exit must not hang on a collector that is away. */
const WAIT_MS = 1500

/** Sends what the exits still hold when the process exits. Returns the undo. */
export function armExit(finish: () => readonly Exit[]): () => void {
  return onExit(() => {
    const rests = finish().flatMap((exit) => exit.rest?.() ?? [])
    if (rests.length > 0) postAndWait(rests)
  })
}

const POST = `
const { workerData: { rests, done } } = require('node:worker_threads')
let open = 0
const settle = () => { if (--open === 0) { Atomics.store(done, 0, 1); Atomics.notify(done, 0) } }
for (const { bodies } of rests) open += bodies.length
for (const { url, headers, tls, bodies } of rests) {
  const { request } = require(url.startsWith('https:') ? 'node:https' : 'node:http')
  for (const body of bodies) {
    let settled = false
    const once = () => { if (!settled) { settled = true; settle() } }
    const options = { ...tls, method: 'POST', headers: { ...headers, 'content-length': body.length } }
    const outgoing = request(url, options, (response) => { once(); response.resume() })
    outgoing.on('error', once)
    outgoing.end(body)
  }
}`

function postAndWait(rests: readonly Rest[]): void {
  const done = new Int32Array(new SharedArrayBuffer(4))
  try {
    const worker = new Worker(POST, { eval: true, workerData: { rests, done }, stdout: true, stderr: true, execArgv: [], env: {} })
    worker.on('error', () => {})
    Atomics.wait(done, 0, 0, WAIT_MS)
  } catch {
    // No worker can start: what is left is lost with the process.
  }
}
