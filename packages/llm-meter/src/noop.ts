// A meter that meters nothing, for `llm: false`.
import { createEmbedBatch } from './embed-batch.js'
import { firstAnswer } from './failover.js'
import type { Meter } from './types.js'

/** A meter of the same type that records nothing: `wrap` returns the client, `fetch` is the global one. */
export function noopMeter(): Meter {
  return {
    wrap: (client) => client,
    fetch: (input, init) => globalThis.fetch(input, init),
    budget: ({ name }) => ({ name, state: async () => [], remove() {} }),
    failover: firstAnswer,
    embedBatch: createEmbedBatch,
    prompt: (_name, _version, fn) => fn(),
    quality: () => [],
    score() {},
    quota: async () => undefined,
    source: { read() {} },
    async shutdown() {}
  }
}
