// At the exit of the process nothing asynchronous runs any more: what is left is posted by a worker while this thread waits.
import { Worker } from 'node:worker_threads'
import { onExit } from '@rag/core'
import type { Exit } from './export/exit.js'

const WAIT_MS = 1500

/** Sends what the exits still hold when the process exits. Returns the undo. */
export function armExit(finish: () => readonly Exit[]): () => void {
  return onExit(() => {
    for (const exit of finish()) {
      const rest = exit.rest?.()
      if (rest && rest.bodies.length > 0) postAndWait(rest.url, rest.headers, rest.bodies)
    }
  })
}

const POST = `
const { workerData: { url, headers, bodies, done } } = require('node:worker_threads')
const { request } = require(url.startsWith('https:') ? 'node:https' : 'node:http')
let open = bodies.length
const settle = () => { if (--open === 0) { Atomics.store(done, 0, 1); Atomics.notify(done, 0) } }
for (const body of bodies) {
  let settled = false
  const once = () => { if (!settled) { settled = true; settle() } }
  const outgoing = request(url, { method: 'POST', headers: { ...headers, 'content-length': body.length } }, (response) => { response.resume(); response.on('close', once); response.on('end', once) })
  outgoing.on('error', once)
  outgoing.end(body)
}`

function postAndWait(url: string, headers: Record<string, string>, bodies: Uint8Array[]): void {
  const done = new Int32Array(new SharedArrayBuffer(4))
  try {
    const worker = new Worker(POST, {
      eval: true,
      workerData: { url, headers, bodies, done },
      stdout: true,
      stderr: true,
      execArgv: [],
      env: {}
    })
    worker.on('error', () => {})
    Atomics.wait(done, 0, 0, WAIT_MS)
  } catch {
    // No worker can start: what is left is lost with the process.
  }
}
