// Spans to a collector over HTTP: encoded as they come, sent in batches.
import { createDelivery } from './delivery.js'
import type { Encoder } from './encoder.js'
import type { Exit, QueueOptions } from './exit.js'
import { createTransport, type TransportOptions } from './transport.js'

const BATCH_BYTES = 1_000_000

export interface HttpExitOptions extends TransportOptions {
  /** How the exporter is called in its one warning. */
  name: string
  encoder: Encoder
  queue: QueueOptions
}

export function createHttpExit({ name, encoder, queue, ...target }: HttpExitOptions): Exit {
  const transport = createTransport(target)
  const delivery = createDelivery<Buffer>({
    name: `${name} (${target.url.origin})`,
    send: transport.send,
    maxSpans: queue.maxSpans,
    maxBytes: queue.maxBytes,
    timeoutMs: queue.timeoutMs
  })
  let timer: NodeJS.Timeout | undefined
  let closed = false
  const seal = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (encoder.spans === 0) return
    const { spans } = encoder
    const payload = encoder.take()
    delivery.push({ payload, spans, bytes: payload.length })
  }
  return {
    account: delivery.account,
    dropped: delivery.dropped,
    keepsSpans: false,
    add(span) {
      delivery.record(1)
      if (closed) return delivery.drop('shutdown', 1)
      if (!encoder.add(span)) return delivery.drop('invalid', 1)
      if (encoder.spans >= queue.batchSpans || (encoder.spans % 16 === 0 && encoder.bytes > BATCH_BYTES)) seal()
      else timer ??= setTimeout(seal, queue.delayMs).unref()
    },
    flush(deadline) {
      seal()
      return delivery.settled(deadline)
    },
    async close(deadline) {
      seal()
      await delivery.settled(deadline)
      // What ended meanwhile, once: then nothing is taken any more.
      seal()
      await delivery.settled(deadline)
      closed = true
      seal()
      delivery.close()
      transport.close()
    },
    rest() {
      seal()
      const batches = delivery.unsent()
      if (batches.length === 0) return undefined
      const { url, headers, contentType, tls } = target
      return {
        url: url.href,
        headers: { ...headers, 'content-type': contentType },
        ...(tls && { tls }),
        bodies: batches.map(({ payload }) => payload)
      }
    }
  }
}
