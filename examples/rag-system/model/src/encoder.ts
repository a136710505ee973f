// A sentence encoder in processes of its own, so that embedding a corpus uses the cores and keeps this event loop free.
import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

export interface Encoder {
  /** One vector of 512 numbers a text. */
  embed(texts: readonly string[]): Promise<Float32Array[]>
  close(): void
}

interface Reply {
  readonly id: number
  readonly vectors?: Float32Array[]
  readonly error?: string
}
interface Waiting {
  resolve(vectors: Float32Array[]): void
  reject(error: Error): void
}
interface Lane {
  readonly child: ChildProcess
  readonly waiting: Map<number, Waiting>
}

const SCRIPT = fileURLToPath(new URL('./encoder-process.ts', import.meta.url))

/**
 * Starts the processes; each loads the model once. A call goes to the one with the shortest queue. One that ends fails its calls and is started again for the next.
 *
 * @param options.script What each process runs.
 */
export function createEncoder({ processes = Math.min(2, availableParallelism()), script = SCRIPT } = {}): Encoder {
  const lanes = Array.from({ length: processes }, () => startLane(script))
  let id = 0
  return {
    embed: (texts) =>
      new Promise((resolve, reject) => {
        const least = lanes.reduce((best, { waiting }, at) => (waiting.size < lanes[best]!.waiting.size ? at : best), 0)
        if (!lanes[least]!.child.connected) lanes[least] = startLane(script)
        const { child, waiting } = lanes[least]!
        const mine = ++id
        waiting.set(mine, { resolve, reject })
        child.send({ id: mine, texts }, (error) => {
          // One that ends at this moment; unheard, the error would end this process too. Its end, which says more, is still to come, or was.
          const ended = child.exitCode !== null || child.signalCode !== null
          if (error && ended && waiting.delete(mine)) reject(error)
        })
      }),
    close: () => {
      for (const { child } of lanes) child.kill()
    }
  }
}

function startLane(script: string): Lane {
  const waiting = new Map<number, Waiting>()
  const child = fork(script, { serialization: 'advanced' })
  child.on('message', ({ id, vectors, error }: Reply) => {
    const caller = waiting.get(id)
    waiting.delete(id)
    if (vectors) caller?.resolve(vectors)
    else caller?.reject(new Error(error ?? 'the encoder gave no answer'))
  })
  child.on('exit', (code, signal) => {
    for (const caller of waiting.values()) caller.reject(new Error(`the encoder ended with ${signal ?? code}`))
    waiting.clear()
  })
  return { child, waiting }
}
