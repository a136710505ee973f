// The figures of one question, from its spans and log lines and from nothing else.

/** `{ durationMs, inputTokens, outputTokens, costUsd, savedUsd, caches }` */
export function summaryOf({ spans, lines }) {
  const sum = (attribute) => spans.reduce((all, { attributes }) => all + Number(attributes[attribute] ?? 0), 0)
  const root =
    spans.find(({ service, kind }) => service === 'frontend' && kind === 'SERVER') ?? spans.find(({ parentSpanId }) => !parentSpanId)
  const answered = lines.find(({ msg, from }) => msg === 'answered' && from !== undefined)
  const inRedis = spans
    .filter(({ attributes }) => attributes['rag.cache.operation'] === 'get' && attributes['rag.cache.hit'] === true)
    .map(({ attributes }) => `${attributes['rag.cache.name']} (redis)`)
  const caches = [...new Set(inRedis)]
  // A hit in memory is no operation of its own; the line of the answer tells of it.
  if (answered?.from === 'answers' && !caches.some((name) => name.startsWith('answers'))) caches.unshift('answers (memory)')
  if (answered?.from === 'meaning' && !caches.some((name) => name.startsWith('meanings'))) caches.unshift('meanings (memory)')
  return {
    durationMs: root?.durationMs,
    inputTokens: sum('gen_ai.usage.input_tokens'),
    outputTokens: sum('gen_ai.usage.output_tokens'),
    costUsd: sum('rag.llm.cost_usd'),
    savedUsd: Number(answered?.savedUsd ?? 0),
    caches
  }
}
