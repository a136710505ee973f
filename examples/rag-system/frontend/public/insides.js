// What the system did for one question: its trace as a waterfall, its log lines, tokens, money and caches, read from the admin listeners.
import { useEffect, useState } from 'preact/hooks'
import { readJson } from './api.js'
import { count, ms, usd } from './format.js'
import { html } from './html.js'
import { Logs } from './logs.js'
import { summaryOf } from './summary.js'
import { Waterfall } from './waterfall.js'

const EVERY_MS = 400
/** Records leave a moment after the reply; then nothing more comes. */
const AFTER_END_MS = 4000

export function Insides({ asked }) {
  const { traceId, state } = asked
  const [found, setFound] = useState({ spans: [], lines: [] })
  const [gone, setGone] = useState(false)
  const over = state !== 'asking' && state !== 'answering'
  useEffect(() => {
    if (!traceId) return setFound({ spans: [], lines: [] })
    let stopped = false
    let timer
    setGone(false)
    const endsAt = over ? Date.now() + AFTER_END_MS : Number.POSITIVE_INFINITY
    const look = async () => {
      const { services } = (await readJson('/ops/services')) ?? { services: [] }
      const readings = await Promise.all(
        services.map(async (service) => {
          const [spans, lines] = await Promise.all(
            ['traces', 'logs'].map((page) => readJson(`/ops/${service}/${page}?traceId=${traceId}&limit=500`))
          )
          return { spans: (spans ?? []).map((span) => ({ ...span, service })), lines: lines ?? [] }
        })
      )
      if (stopped) return
      setFound({
        spans: readings.flatMap(({ spans }) => spans),
        lines: readings.flatMap(({ lines }) => lines).sort((a, b) => Date.parse(a.time) - Date.parse(b.time))
      })
      if (Date.now() < endsAt) timer = setTimeout(look, EVERY_MS)
      else setGone(readings.every(({ spans }) => spans.length === 0))
    }
    look()
    return () => {
      stopped = true
      clearTimeout(timer)
    }
  }, [traceId, over])

  return html`
    <section class="insides" aria-label="What the system did">
      <h2>What the system did</h2>
      <${Figures} summary=${summaryOf(found, asked)} />
      ${gone && html`<p role="status">No service has this trace. Each keeps its latest ones alone, and none over a restart.</p>`}
      <${Waterfall} spans=${found.spans} over=${over} />
      <${Logs} lines=${found.lines} />
      <p class="quiet">Trace <code data-testid="trace-id">${traceId ?? '…'}</code></p>
    </section>
  `
}

function Figures({ summary }) {
  const { durationMs, inputTokens, outputTokens, costUsd, savedUsd, caches } = summary
  const tiles = [
    ['Time', ms(durationMs)],
    ['Tokens in', count(inputTokens)],
    ['Tokens out', count(outputTokens)],
    ['Cost', usd(costUsd)],
    ['Saved', usd(savedUsd)],
    ['Caches hit', caches.length === 0 ? 'none' : caches.join(', ')]
  ]
  return html`<dl class="tiles">${tiles.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}
