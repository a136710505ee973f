// Somebody holds a lock on the passages: the slow answer's cause is what its statements wait for.
import { holdPassages } from '../system/hold.js'
import { attempt, search } from '../traffic.js'
import { check, type Scenario } from './scenario.js'

const HOLD_SECONDS = 2
const HOLD_MS = HOLD_SECONDS * 1000
const SLOW = 'rag_db_slow_operations_total'

export const slowQuery: Scenario = {
  name: 'slow-query',
  story: `A transaction holds a lock on the table of passages for ${HOLD_SECONDS} s while a search comes in.`,
  look: 'the waterfall of the search: the statements of retrieve take the whole time.',
  async run({ system, fault, door, question, snapshot, until, show }) {
    const asked = question()
    // Its vector is cached by this: the second time the search is at the database at once.
    await search(door(), asked)
    const before = await snapshot()
    const held = fault ? await holdPassages(system.database, HOLD_SECONDS) : undefined
    const searched = await attempt(door(), `/search?${new URLSearchParams({ q: asked })}`, {})
    show(searched.traceId)
    await held?.released
    return until((after) => {
      const slow = (taken: typeof after) => taken.value('rag-engine', SLOW, { db_system_name: 'postgresql' })
      const seen = after.spans.slice(before.spans.length)
      const longest = seen
        .filter(({ service, attributes }) => service === 'rag-engine' && attributes['db.system.name'] === 'postgresql')
        .sort((a, b) => b.durationMs - a.durationMs)[0]
      const retrieve = seen.find(({ spanId }) => spanId === longest?.parentSpanId)
      return [
        check('the search was answered', { status: searched.status }, searched.status === 200),
        check(`slow statements in ${after.source}`, { before: slow(before), after: slow(after) }, slow(after) > slow(before)),
        check('its span says how long', { milliseconds: Math.round(longest?.durationMs ?? 0) }, (longest?.durationMs ?? 0) > HOLD_MS * 0.6),
        check(
          'and in which step',
          { retrieve: Number(retrieve?.attributes['rag.stage'] === 'retrieve') },
          retrieve?.attributes['rag.stage'] === 'retrieve'
        )
      ]
    })
  }
}
