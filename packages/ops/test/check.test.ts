import { catalogue, type MetricDefinition } from '@rag/core/catalogue'
import { describe, expect, it } from 'vitest'
import { checkRead, readFiles } from '../src/check/check.js'
import { compare } from '../src/check/compare.js'
import { fromDefinitions } from '../src/check/knowledge.js'
import { queryProblems } from '../src/commands/check.js'
import type { Model } from '../src/config/model.js'
import { generateReference } from '../src/generate/reference.js'
import { checkFiles, generate, resolveConfig } from '../src/index.js'
import { parseExpression } from '../src/promql/parse.js'
import { full } from './kit.js'

const model = resolveConfig(full)
const files = generate(model)
const known = fromDefinitions(Object.values(catalogue))

/** The model after somebody changed one metric of the catalogue. */
const withMetric = (name: string, change: MetricDefinition | undefined): Model => {
  const { [name]: _, ...rest } = model.metrics
  return { ...model, metrics: change ? { ...rest, [change.name]: change } : rest }
}

describe('rag-ops check', () => {
  it('finds nothing in what is generated', () => {
    expect(checkFiles(model, files)).toEqual([])
    expect(queryProblems(model)).toEqual([])
  })

  it('catches every renamed, retyped, unlabelled and rebucketed metric that an expression uses, naming file, place and fix', () => {
    const used = new Set<string>()
    const labels = new Map<string, Set<string>>()
    const bounds = new Set<string>()
    for (const text of Object.values(files))
      for (const [, name] of text.matchAll(/\b((?:rag|http|db|gen_ai|process|nodejs|v8js|container)_[a-z0-9_]+)/g)) {
        const base = name!.replace(/_(bucket|sum|count)$/, '')
        for (const candidate of [name!, base]) if (candidate in catalogue) used.add(candidate)
      }
    for (const [path, text] of Object.entries(files)) {
      if (!/rules\/.*\.yml$/.test(path)) continue
      for (const [, expr] of text.matchAll(/expr: (.+)/g)) {
        for (const { metric = '', matchers } of parseExpression(expr!.replace(/^'|'$/g, '')).selectors) {
          const base = metric in catalogue ? metric : metric.replace(/_(bucket|sum|count)$/, '')
          if (!(base in catalogue)) continue
          const own = labels.get(base) ?? new Set()
          labels.set(base, own)
          for (const { label } of matchers) {
            if (label in (catalogue[base as 'rag_build_info'].labels ?? {})) own.add(label)
            if (label === 'le') bounds.add(base)
          }
        }
      }
    }
    let mutations = 0
    const survived: string[] = []
    const mutate = (what: string, mutant: Model) => {
      mutations++
      const problems = checkRead(mutant, read)
      if (!problems.some(({ file, place, fix }) => file !== '' && place !== '' && fix !== '')) survived.push(what)
    }
    const rules = Object.fromEntries(Object.entries(files).filter(([path]) => /rules\/|grafana\/dashboards|kubernetes|canary/.test(path)))
    const read = readFiles(rules)
    const inRules = [...used].filter((name) =>
      Object.values(rules).some((text) => new RegExp(`\\b${name}(_bucket|_sum|_count)?\\b`).test(text))
    )
    for (const name of inRules) {
      const definition = model.metrics[name]!
      mutate(`rename ${name}`, withMetric(name, { ...definition, name: `${name}_renamed` }))
      if (definition.kind === 'counter') mutate(`retype ${name}`, withMetric(name, { ...definition, kind: 'gauge' }))
      if (definition.kind === 'histogram') mutate(`retype ${name}`, withMetric(name, { ...definition, kind: 'counter' }))
      for (const label of labels.get(name) ?? []) {
        const { [label]: _, ...rest } = definition.labels ?? {}
        mutate(`unlabel ${name} ${label}`, withMetric(name, { ...definition, labels: rest }))
      }
      if (bounds.has(name))
        mutate(`rebucket ${name}`, withMetric(name, { ...definition, buckets: (definition.buckets ?? []).map((bound) => bound * 1.1) }))
    }
    expect(bounds.size).toBeGreaterThan(0)
    expect(survived).toEqual([])
    expect(mutations).toBeGreaterThanOrEqual(150)
  })

  it('notices any change of the catalogue, used or not, by the reference being out of date', () => {
    const before = generateReference(model)
    for (const [name, definition] of Object.entries(model.metrics)) {
      for (const change of [
        { ...definition, name: `${name}_x` },
        { ...definition, kind: definition.kind === 'gauge' ? ('counter' as const) : ('gauge' as const) },
        { ...definition, labels: { ...definition.labels, added: { max: 3 } } },
        ...(definition.buckets ? [{ ...definition, buckets: definition.buckets.slice(1) }] : [])
      ])
        expect(generateReference(withMetric(name, change))).not.toEqual(before)
    }
  })

  it.each([
    ['rate(rag_llm_requests_total[5m])', 'nothing emits rag_llm_requests_total'],
    ['rate(rag_llm_calls_total{provider="x"}[5m])', 'no label provider'],
    ['rate(rag_llm_calls_total{outcome="failed"}[5m])', 'outcome of rag_llm_calls_total is never failed'],
    ['rate(rag_llm_calls_total{outcome=~"error|failed"}[5m])', 'never failed'],
    ['sum by (route) (rate(rag_http_server_requests_total[5m]))', 'cannot be grouped by route'],
    ['sum(rate(http_server_request_duration_seconds_bucket{le="1.2"}[5m]))', 'no bucket that ends at 1.2'],
    ['rate(rag_redis_keys[5m])', 'is a gauge'],
    ['predict_linear(rag_llm_cost_usd_total[1h], 60)', 'is a counter'],
    ['rag_llm_cost_usd_total > 5', 'is a counter'],
    ['mad_over_time(rag_redis_keys[1h])', 'Prometheus 2.42 has no mad_over_time()'],
    ['sum(rate(rag_llm_calls_total[5m])', 'no PromQL'],
    ['rate(increase(rag_llm_calls_total[5m])[10m])', 'stands behind something that is no metric'],
    ['', 'empty']
  ])('refuses %s', (expr, problem) => {
    expect(
      compare(expr, known)
        .map((each) => each.problem)
        .join('; ')
    ).toContain(problem)
  })

  it.each([
    'sum by (service) (rate(rag_http_server_requests_total{service=~"$service"}[$__rate_interval]))',
    'histogram_quantile(0.95, sum by (le) (rate(http_server_request_duration_seconds_bucket[5m])))',
    'sum(rate(http_server_request_duration_seconds_bucket{le=~"1|1\\\\.0"}[5m]))',
    'rag_redis_keys{store="${store:raw}"} > 5',
    'up{service="{{args.service}}"}'
  ])('accepts %s', (expr) => {
    expect(compare(expr, known)).toEqual([])
  })

  it('reads dashboards and rules of others, in both schemas, and names panel and alert', () => {
    const own = {
      'own/classic.json': JSON.stringify({
        title: 'Mine',
        panels: [{ title: 'Row', panels: [{ title: 'Calls', targets: [{ expr: 'rate(gen_ai_total_requests[5m])' }] }] }]
      }),
      'own/v2.json': JSON.stringify({
        spec: {
          elements: {
            a: {
              kind: 'Panel',
              spec: { title: 'Tokens', data: { spec: { queries: [{ spec: { query: { spec: { expr: 'rate(tokens_total[5m])' } } } }] } } }
            }
          }
        }
      }),
      'own/rules.yml':
        'groups: [{ name: a, rules: [{ alert: Mine, expr: "rate(missing_total[5m]) > 1", annotations: { text: "{{ with printf \\"absent_total{a=%q}\\" $labels.a | query }}{{ end }}" } }] }]',
      'own/broken.yml': 'groups: [',
      'own/hpa.yml':
        'kind: HorizontalPodAutoscaler\nmetadata: { name: api }\nspec: { metrics: [{ type: Pods, pods: { metric: { name: requests_per_second } } }] }'
    }
    const found = checkFiles(model, own).map(({ file, place, problem }) => `${file} ${place} ${problem}`)
    expect(found).toEqual([
      expect.stringContaining('own/broken.yml the file cannot be read'),
      expect.stringContaining('own/classic.json panel "Calls" nothing emits gen_ai_total_requests'),
      expect.stringContaining('own/v2.json panel "Tokens" nothing emits tokens_total'),
      expect.stringContaining('own/rules.yml alert "Mine" nothing emits missing_total'),
      expect.stringContaining('own/rules.yml alert "Mine" nothing emits absent_total'),
      expect.stringContaining('own/hpa.yml HorizontalPodAutoscaler "api" no adapter offers requests_per_second')
    ])
  })

  it('compares with a live page: labels, kinds and bounds as they are exposed', () => {
    const page = [
      '# TYPE rag_http_server_requests counter',
      'rag_http_server_requests_total{http_route="/a",code="5xx"} 1',
      '# TYPE http_server_request_duration_seconds histogram',
      'http_server_request_duration_seconds_bucket{http_route="/a",le="0.1"} 1',
      'http_server_request_duration_seconds_bucket{http_route="/a",le="+Inf"} 1',
      '# TYPE shop_orders_total counter',
      'shop_orders_total{kind="a b"} 1'
    ].join('\n')
    const rules = (expr: string) => ({ 'a.yml': JSON.stringify({ groups: [{ name: 'a', rules: [{ alert: 'A', expr }] }] }) })
    const problems = (expr: string) => checkFiles(model, rules(expr), page).map(({ problem }) => problem)
    expect(problems('rate(shop_orders_total{kind="a"}[5m]) > 1')).toEqual([])
    expect(problems('rate(shop_orders_total{colour="a"}[5m]) > 1')).toEqual([expect.stringContaining('no label colour')])
    expect(problems('rate(rag_http_server_requests_total{status_class="5xx"}[5m]) > 1')).toEqual([
      expect.stringContaining('no label status_class')
    ])
    expect(problems('rate(http_server_request_duration_seconds_bucket{le="1"}[5m]) > 1')).toEqual([
      expect.stringContaining('no bucket that ends at 1')
    ])
    expect(problems('rate(rag_llm_calls_total[5m]) > 1')).toEqual([])
  })
})
