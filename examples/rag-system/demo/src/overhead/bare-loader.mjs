// Resolves the SDK to the stand-in that observes nothing.
const BARE = new URL('./bare.ts', import.meta.url).href

export function resolve(specifier, context, next) {
  return specifier === '@rag/observability' ? next(BARE, context) : next(specifier, context)
}
