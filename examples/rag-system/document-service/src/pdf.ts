// Reads the text of a PDF in a thread of its own, with bounds: a hostile file costs that thread and nothing else.
import { Worker } from 'node:worker_threads'
import { ServiceError } from '@rag-example/wire'

const LIMIT_MS = 15_000
const HEAP_MB = 256

/** @throws ServiceError 422 for a PDF that cannot be read, or not within time and memory. */
export function pdfText(bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./pdf-worker.mjs', import.meta.url), {
      workerData: bytes,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB }
    })
    const refuse = (reason: string) => reject(new ServiceError(422, `This PDF cannot be read: ${reason.replace(/\.$/, '')}.`))
    const late = setTimeout(() => {
      refuse(`it takes longer than ${LIMIT_MS / 1000} s`)
      void worker.terminate()
    }, LIMIT_MS)
    worker.once('message', ({ text, error }: { text?: string; error?: string }) => {
      if (text === undefined) refuse(error ?? 'no reason given')
      else resolve(text)
    })
    worker.once('error', (error) => refuse(error.message))
    worker.once('exit', () => {
      clearTimeout(late)
      refuse('its reader ended')
    })
  })
}
