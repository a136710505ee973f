// Spans to a collector over HTTP: encoded as they come, sent in batches.
import { gzipSync } from 'node:zlib'
import { createDelivery } from './delivery.js'
import type { Encoder } from './encoder.js'
import type { Exit, QueueOptions } from './exit.js'
import { createGatheringExit } from './gathering-exit.js'
import { createTransport, GZIPPED, type TransportOptions } from './transport.js'

const BATCH_BYTES = 1_000_000

export interface HttpExitOptions extends TransportOptions {
  /** How the exporter is called in its one warning. */
  name: string
  encoder: Encoder
  queue: QueueOptions
}

export function createHttpExit({ name, encoder, queue, ...target }: HttpExitOptions): Exit {
  const transport = createTransport(target)
  // A batch that the queue cannot hold would never leave.
  const batchBytes = Math.min(BATCH_BYTES, queue.maxBytes / 4)
  return createGatheringExit<Buffer>({
    delivery: createDelivery<Buffer>({
      name: `${name} (${target.url.origin})`,
      send: transport.send,
      maxSpans: queue.maxSpans,
      maxBytes: queue.maxBytes,
      timeoutMs: queue.timeoutMs
    }),
    gathering: {
      add: encoder.add,
      isFull: () => encoder.spans >= queue.batchSpans || encoder.bytes > batchBytes,
      take() {
        const { spans } = encoder
        if (spans === 0) return undefined
        const payload = encoder.take()
        return { payload, spans, bytes: payload.length }
      }
    },
    delayMs: queue.delayMs,
    keepsSpans: false,
    ended: transport.close,
    rest(unsent) {
      const { url, headers, contentType, tls, gzip } = target
      return {
        url: url.href,
        headers: { ...headers, ...(gzip && GZIPPED), 'content-type': contentType },
        ...(tls && { tls }),
        bodies: unsent.map(({ payload }) => (gzip ? gzipSync(payload) : payload))
      }
    }
  })
}
