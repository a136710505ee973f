// The operator's view: what the services say of themselves, read anew twice in a second.
import { useEffect, useRef, useState } from 'preact/hooks'
import { Lines } from './charts.js'
import { bytes, count, percent, perSecond, seconds, usd } from './format.js'
import { html } from './html.js'
import { cachesOf, indexOf, llmOf, redOf, sdkOf, takeReading } from './readings.js'

const EVERY_MS = 500
/** Rates are of the last seconds, so that one request is seen and a pause too. */
const WINDOW = 20
const KEPT = 360

export function Operate() {
  const [readings, setReadings] = useState([])
  const history = useRef([])
  useEffect(() => {
    let stopped = false
    let timer
    const look = async () => {
      const started = Date.now()
      const reading = await takeReading()
      if (stopped) return
      setReadings((before) => {
        const all = [...before.slice(-WINDOW), reading]
        const red = redOf(all.length > 1 ? all[0] : undefined, reading)
        history.current = [
          ...history.current.slice(-KEPT),
          { at: reading.at / 1000, red, spent: llmOf(reading).spent, passages: indexOf(reading).passages }
        ]
        return all
      })
      timer = setTimeout(look, Math.max(100, EVERY_MS - (Date.now() - started)))
    }
    look()
    return () => {
      stopped = true
      clearTimeout(timer)
    }
  }, [])
  const reading = readings.at(-1)
  if (!reading) return html`<p class="loading">Reading …</p>`
  const red = redOf(readings.length > 1 ? readings[0] : undefined, reading)
  return html`
    <div class="operate">
      <${Alerts} reading=${reading} red=${red} />
      <${Services} red=${red} />
      <${Charts} history=${history.current} services=${reading.services} />
      <${Spend} llm=${llmOf(reading)} />
      <${Caches} caches=${cachesOf(reading)} />
      <${Index} index=${indexOf(reading)} />
      <${Sdk} sdk=${sdkOf(reading)} />
      <p class="quiet">Read at <time>${new Date(reading.at).toLocaleTimeString()}</time> from <code>/metrics</code> of each service.</p>
    </div>
  `
}

function Alerts({ reading, red }) {
  const down = red.filter(({ up }) => !up).map(({ service }) => service)
  const active = (reading.alerts ?? []).filter(({ status }) => status?.state === 'active')
  // This one always fires: while it does, alerts find their way.
  const firing = active.filter(({ labels }) => labels.alertname !== 'Watchdog')
  const watched = active.length > firing.length
  return html`
    <section aria-label="Alerts" aria-live="polite">
      <h2>Alerts</h2>
      ${down.length > 0 && html`<p class="problem" role="alert">Cannot be read: ${down.join(', ')}</p>`}
      ${
        !reading.alertmanager
          ? html`<p class="quiet">No Alertmanager is attached.</p>`
          : firing.length === 0
            ? html`<p>None is firing.</p>`
            : html`<ul class="alerts">${firing.map(({ labels, annotations, fingerprint }) => html`<li key=${fingerprint}><strong>${labels.priority ?? ''} ${labels.alertname}</strong> ${labels.service ?? ''} <span class="quiet">${annotations.summary ?? ''}</span></li>`)}</ul>`
      }
      ${reading.alertmanager && html`<p class="quiet">${watched ? 'The watchdog is heard: alerts of Prometheus arrive here.' : 'The watchdog of Prometheus has not been heard yet: alerts may not arrive.'}</p>`}
    </section>
  `
}

function Services({ red }) {
  return html`
    <section aria-label="Services">
      <h2>Services</h2>
      <${Figures}
        label="Rate, errors and duration by service"
        head=${['Service', 'Requests', 'Per second', '5xx', 'Error share', 'p50', 'p95', 'p99']}
        rows=${red.map(({ service, up, requests, rate, failed, errors, p50, p95, p99 }) =>
          up
            ? [service, count(requests), perSecond(rate), count(failed), percent(errors), seconds(p50), seconds(p95), seconds(p99)]
            : [service, 'not reachable', '', '', '', '', '', '']
        )}
      />
    </section>
  `
}

function Charts({ history, services }) {
  const times = history.map(({ at }) => at)
  const lines = (pick) =>
    services.map((service) => ({
      name: service,
      values: history.map(({ red }) => pick(red.find((row) => row.service === service) ?? {}) ?? 0)
    }))
  return html`
    <section aria-label="Over time" class="charts">
      <${Lines} title="Requests a second" times=${times} series=${lines(({ rate }) => rate)} format=${perSecond} />
      <${Lines} title="95th percentile" times=${times} series=${lines(({ p95 }) => p95)} format=${seconds} />
      <${Lines} title="LLM spend" times=${times} series=${[{ name: 'USD', values: history.map(({ spent }) => spent) }]} format=${usd} />
      <${Lines} title="Passages in the index" times=${times} series=${[{ name: 'passages', values: history.map(({ passages }) => passages) }]} format=${count} />
    </section>
  `
}

function Spend({ llm }) {
  return html`
    <section aria-label="Models">
      <h2>Models <span class="quiet">spent ${usd(llm.spent)}, saved by caches ${usd(llm.saved)}</span></h2>
      <${Figures}
        label="Calls, tokens and cost by model"
        head=${['Model', 'Calls', 'Failed', 'Tokens in', 'Tokens out', 'Cost']}
        rows=${llm.models.map(({ model, calls, failed, input, output, cost }) => [model, count(calls), count(failed), count(input), count(output), usd(cost)])}
      />
      <ul class="budgets">
        ${llm.budgets.map(
          ({ budget, used, refused }) => html`
            <li><label>Budget ${budget} <meter min="0" max="1" low="0.8" high="0.95" optimum="0" value=${used}></meter></label> ${percent(used)} used at its last call, ${count(refused)} refused</li>
          `
        )}
      </ul>
      <p class="quiet">Refused by rate limits: ${count(llm.rateLimited)}. Sent elsewhere, downgraded or paced: ${count(llm.reroutes)}.</p>
    </section>
  `
}

function Caches({ caches }) {
  return html`
    <section aria-label="Caches">
      <h2>Caches</h2>
      <${Figures} label="Hit rate by cache and layer" head=${['Cache', 'Layer', 'Look-ups', 'Hits', 'Hit rate']} rows=${caches.map(({ cache, layer, lookups, hits, rate }) => [cache, layer, count(lookups), count(hits), percent(rate)])} />
    </section>
  `
}

function Index({ index }) {
  return html`
    <section aria-label="Index">
      <h2>Index</h2>
      <dl class="tiles">
        <div><dt>Documents</dt><dd>${count(index.documents)}</dd></div>
        <div><dt>Passages</dt><dd>${count(index.passages)}</dd></div>
        <div><dt>Size</dt><dd>${bytes(index.bytes)}</dd></div>
        <div><dt>Changes untold</dt><dd>${count(index.untold)}</dd></div>
      </dl>
    </section>
  `
}

function Sdk({ sdk }) {
  return html`
    <section aria-label="The SDK itself">
      <h2>The SDK itself</h2>
      <${Figures} label="Cardinality and losses by service" head=${['Service', 'Series', 'Records', 'Lost', 'Masked', 'Memory']} rows=${sdk.map(({ service, series, recorded, dropped, masked, memory }) => [service, count(series), count(recorded), count(dropped), count(masked), bytes(memory)])} />
    </section>
  `
}

function Figures({ label, head, rows }) {
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${label}>
      <table class="figures">
        <thead><tr>${head.map((title, index) => html`<th scope="col" class=${index === 0 ? '' : 'number'}>${title}</th>`)}</tr></thead>
        <tbody>${rows.map(([first, ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td class="number">${cell}</td>`)}</tr>`)}</tbody>
      </table>
    </div>
  `
}
