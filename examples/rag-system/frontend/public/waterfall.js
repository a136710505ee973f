// A trace as a waterfall: one row a span, in the order of the tree, its bar where it was in time; its attributes when they are asked for.
import { Fragment } from 'preact'
import { useState } from 'preact/hooks'
import { causeOf } from './cause.js'
import { ms } from './format.js'
import { html } from './html.js'

/** Rows of a tree: a span whose parent is not there is a root. */
export function rowsOf(spans) {
  const byStart = [...spans].sort((a, b) => Date.parse(a.startTime) - Date.parse(b.startTime) || b.durationMs - a.durationMs)
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const rows = []
  const add = (span, depth) => {
    rows.push({ span, depth })
    for (const child of byStart) if (child.parentSpanId === span.spanId) add(child, depth + 1)
  }
  for (const span of byStart) if (!ids.has(span.parentSpanId)) add(span, 0)
  return rows
}

export function Waterfall({ spans, over }) {
  const [open, setOpen] = useState()
  const rows = rowsOf(spans)
  const starts = spans.map(({ startTime }) => Date.parse(startTime))
  const start = Math.min(...starts)
  const end = Math.max(...spans.map(({ durationMs }, index) => starts[index] + durationMs))
  const whole = Math.max(1, end - start)
  const cause = causeOf(spans)
  const services = [...new Set(rows.map(({ span }) => span.service))]
  return html`
    <h3>Trace <span class="quiet">${spans.length} spans over ${services.length} services</span></h3>
    ${cause && html`<p class="cause">${over ? 'Most of it' : 'Most of what has ended so far'}: <strong>${cause.span.name}</strong> of ${cause.span.service} took ${ms(cause.ms)} of ${ms(whole)} by itself.</p>`}
    <div class="scroll" tabindex="0" role="region" aria-label="Trace">
      <table class="waterfall">
        <thead class="hidden"><tr><th>Operation</th><th>Service</th><th>Duration</th><th>When</th></tr></thead>
        <tbody>
          ${rows.map(({ span, depth }) => {
            const left = ((Date.parse(span.startTime) - start) / whole) * 100
            const width = Math.max(0.4, (span.durationMs / whole) * 100)
            const colour = services.indexOf(span.service) % 6
            const opened = open === span.spanId
            return html`
              <${Fragment} key=${span.spanId}>
              <tr class=${`${span.status === 'ERROR' ? 'error' : ''} ${span === cause.span ? 'most' : ''}`}>
                <th scope="row" style=${`padding-left: ${depth * 0.7}rem`}>
                  <button type="button" class="name" aria-expanded=${opened} onClick=${() => setOpen(opened ? undefined : span.spanId)}>${span.name}${span.status === 'ERROR' ? ' ⚠' : ''}</button>
                </th>
                <td class="service"><span class=${`dot s${colour}`}></span>${span.service}</td>
                <td class="number">${ms(span.durationMs)}</td>
                <td class="track"><span class=${`bar s${colour}`} style=${`left: ${Math.min(left, 99)}%; width: ${Math.min(width, 100 - Math.min(left, 99))}%`}></span></td>
              </tr>
              ${opened && html`<${Attributes} attributes=${span.attributes} />`}
              </${Fragment}>
            `
          })}
        </tbody>
      </table>
    </div>
  `
}

function Attributes({ attributes }) {
  const entries = Object.entries(attributes)
  return html`
    <tr class="attributes">
      <td colspan="4">
        ${entries.length === 0 ? 'It has no attributes.' : html`<dl>${entries.map(([name, value]) => html`<dt>${name}</dt><dd>${String(value)}</dd>`)}</dl>`}
      </td>
    </tr>
  `
}
