// What the panels of dashboards show in a real Prometheus: which are empty, which stand still, which move.

import type { Model } from '../src/config/model.js'
import type { Dashboard, Panel } from '../src/dashboards/types.js'
import { generateRules } from '../src/generate/rules.js'

interface Figures {
  readonly empty: readonly string[]
  readonly still: readonly string[]
  readonly moving: readonly string[]
}

interface Answer {
  readonly error?: string
  readonly data?: { readonly result: readonly { readonly values: readonly (readonly [number, string])[] }[] }
}

/** The rules of a model in one file, evaluated every second instead of every minute or two: windows are as they are. */
export function quickRules(model: Model): string {
  return Object.values(generateRules(model))
    .map((text) => text.replace(/^( +)interval: \w+$/gm, '$1interval: 1s'))
    .map((text) => text.slice(text.indexOf('groups:\n') + 'groups:\n'.length))
    .reduce((all, groups) => all + groups, 'groups:\n')
}

/** Runs the queries of the panels that are wanted over a stretch of time, as Grafana would. */
export async function figuresOf(
  prometheus: string,
  dashboards: readonly Dashboard[],
  { start, end, wanted }: { start: number; end: number; wanted: (panel: Panel) => boolean }
): Promise<Figures> {
  const figures = { empty: [] as string[], still: [] as string[], moving: [] as string[] }
  const range = async (expr: string) => {
    const query = expr
      .replaceAll('$__rate_interval', '10s')
      .replace(/\$\{?service(:raw)?\}?/g, '.+')
      .replace(/\$\{?\w+(:\w+)?\}?/g, '.*')
    const url = `${prometheus}/api/v1/query_range?${new URLSearchParams({ query, start: String(start), end: String(end), step: '1' })}`
    const { data, error } = (await (await fetch(url)).json()) as Answer
    if (!data) throw new Error(`${expr}: ${error}`)
    return data.result.map(({ values }) => values.map(([, value]) => value).filter((value) => Number.isFinite(Number(value))))
  }
  for (const { title, panels } of dashboards)
    for (const panel of panels.filter(wanted)) {
      const series = (await Promise.all(panel.queries.map(({ expr }) => range(expr)))).flat()
      const list = series.every((values) => values.length === 0)
        ? figures.empty
        : series.some((values) => new Set(values).size > 1)
          ? figures.moving
          : figures.still
      list.push(`${title}: ${panel.title}`)
    }
  return figures
}

/** Rules that Prometheus could not evaluate, or has not evaluated; all of them by number. */
export async function rulesIn(prometheus: string): Promise<{ all: number; sick: string[] }> {
  const { data } = (await (await fetch(`${prometheus}/api/v1/rules`)).json()) as {
    data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] }
  }
  const rules = data.groups.flatMap((group) => group.rules)
  return {
    all: rules.length,
    sick: rules.filter(({ health }) => health !== 'ok').map(({ name, health, lastError }) => `${name}: ${health} ${lastError ?? ''}`)
  }
}
