// Resolves the SDK to the stand-in that observes with today's stack.
const PEERS = new URL('./peers.ts', import.meta.url).href

export function resolve(specifier, context, next) {
  return specifier === '@rag/observability' ? next(PEERS, context) : next(specifier, context)
}
