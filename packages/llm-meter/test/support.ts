// What the tests of the meter share.
import { createMeter, type Meter, type MeterOptions, type UsageRecord } from '../src/index.js'

export interface Metered {
  meter: Meter
  records: UsageRecord[]
}

/** A meter that keeps its records. */
export function metered(options: MeterOptions = {}): Metered {
  const records: UsageRecord[] = []
  return { meter: createMeter({ ...options, onUsage: (record) => void records.push(record) }), records }
}

export async function until(check: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1000 && !check(); tries++) await pause(10)
  if (!check()) throw new Error('it did not come to pass within 10 s')
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** What a source of figures says now, as `name{label="value"} → number`. */
export function figures(meter: Pick<Meter, 'source'>): Map<string, number> {
  const read = new Map<string, number>()
  meter.source.read((name, value, labels = {}) => {
    const list = Object.entries(labels).map(([label, text]) => `${label}="${text}"`)
    read.set(list.length === 0 ? name : `${name}{${list.join(',')}}`, value)
  })
  return read
}

export const oddities = (meter: Pick<Meter, 'source'>, reason: string) => figures(meter).get(`rag_llm_oddities_total{reason="${reason}"}`)

/** A fetch that answers from memory, for what no server would send. */
export function answering(answer: (url: string, init: RequestInit) => Response | Promise<Response>): typeof fetch {
  return async (input, init) => answer(String(input), init ?? {})
}

/** A reply whose bytes come in pieces of a size. */
export function inPieces(bytes: Uint8Array, size: number, headers: Record<string, string> = {}): Response {
  let at = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at + size))
      at += size
    }
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream', ...headers } })
}
