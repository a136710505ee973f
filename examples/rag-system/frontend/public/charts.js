// Lines over time, by uPlot; redrawn in place, in the colours of the theme.
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { clock } from './format.js'
import { html } from './html.js'

const HEIGHT = 160
/** The least time that a chart shows. */
const LEAST_SECONDS = 60

/** @param series `{ name, values }[]`, each as long as `times` (seconds). */
export function Lines({ title, times, series, format }) {
  const holder = useRef()
  const chart = useRef()
  const names = series.map(({ name }) => name).join()
  useEffect(() => {
    // Read at each drawing, so that the colours are those of the theme.
    const colour = (name) => () => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
    const thin = { stroke: colour('--line'), width: 1 }
    const axis = { stroke: colour('--quiet'), grid: thin, ticks: thin, font: '12px system-ui' }
    chart.current = new uPlot(
      {
        width: holder.current.clientWidth || 320,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        axes: [
          { ...axis, space: 80, values: (_, times) => times.map(clock) },
          { ...axis, size: 64, values: (_, values) => values.map(format) }
        ],
        scales: {
          x: { range: (_, min, max) => [Math.min(min, max - LEAST_SECONDS), max] },
          y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] }
        },
        series: [
          {},
          ...series.map(({ name }, index) => ({ label: name, stroke: colour(`--s${index % 6}`), width: 2, points: { show: false } }))
        ]
      },
      [times, ...series.map(({ values }) => values)],
      holder.current
    )
    const resize = new ResizeObserver(([{ contentRect }]) => chart.current.setSize({ width: contentRect.width, height: HEIGHT }))
    resize.observe(holder.current)
    const theme = matchMedia('(prefers-color-scheme: dark)')
    const redraw = () => chart.current.redraw()
    theme.addEventListener('change', redraw)
    return () => {
      theme.removeEventListener('change', redraw)
      resize.disconnect()
      chart.current.destroy()
    }
  }, [names])
  useEffect(() => chart.current?.setData([times, ...series.map(({ values }) => values)]), [times.at(-1), names])
  const last = series.map(({ name, values }) => `${name} ${format(values.at(-1) ?? 0)}`).join(', ')
  return html`
    <figure class="chart">
      <figcaption>${title}</figcaption>
      <div ref=${holder} role="img" aria-label=${`${title}: ${last}`}></div>
      <p class="legend" aria-hidden="true">${series.map(({ name }, index) => html`<span><span class=${`dot s${index % 6}`}></span>${name}</span> `)}</p>
    </figure>
  `
}
