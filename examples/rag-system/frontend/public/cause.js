// Which span of a trace took the time.

/** Where most of the time went: the span that was longest at work with nothing below it running. A call ends with the head of its reply, the work below it may go on: all descendants count. */
export function causeOf(spans) {
  const children = groupByParent(spans)
  const below = ({ spanId }) => (children.get(spanId) ?? []).flatMap((child) => [child, ...below(child)])
  const alone = spans.map((span) => ({ span, ms: span.durationMs - covered(span, below(span)) }))
  return alone.sort((a, b) => b.ms - a.ms)[0]
}

function groupByParent(spans) {
  const groups = new Map()
  for (const span of spans) groups.set(span.parentSpanId, [...(groups.get(span.parentSpanId) ?? []), span])
  return groups
}

/** Milliseconds of a span in which at least one of the others runs. */
function covered(span, others) {
  const [start, end] = intervalOf(span)
  let reached = start
  let sum = 0
  for (const [from, to] of others.map(intervalOf).sort((a, b) => a[0] - b[0])) {
    const until = Math.min(to, end)
    if (until <= reached) continue
    sum += until - Math.max(from, reached)
    reached = until
  }
  return sum
}

function intervalOf({ startTime, durationMs }) {
  const start = Date.parse(startTime)
  return [start, start + durationMs]
}
