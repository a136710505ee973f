// The page of requirements: its links lead somewhere, its commands and scenarios exist, its metrics are in the catalogue.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { catalogue } from '@rag/core/catalogue'
import { expect, it } from 'vitest'
import { commands } from '../../../../packages/ops/src/commands/index.js'
import { generate, loadConfig } from '../../../../packages/ops/src/index.js'
import { readOptions } from '../src/options.js'
import { SCENARIOS } from '../src/scenarios/index.js'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const file = join(root, 'docs/requirements.md')
const text = readFileSync(file, 'utf8')
const matches = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, one]) => one!))]
const rows = text.split('\n').filter((line) => /^\|.*\|$/.test(line) && !/^\| (row|---)/.test(line))

/** Every row of the operations chapter, with the kinds of what is owed for it. */
const CHAPTER: Readonly<Record<string, readonly (readonly [row: string, kinds: string])[]>> = {
  'Monitoring stack': [
    ['Prometheus', 'SG'],
    ['Grafana', 'G'],
    ['ELK, CloudWatch', 'SG'],
    ['Jaeger, Zipkin', 'S']
  ],
  'Main metrics': [
    ['Response time', 'S'],
    ['Slow queries', 'SG'],
    ['Error rate', 'S'],
    ['Resources', 'SG'],
    ['LLM API', 'S'],
    ['Index', 'SG']
  ],
  Logging: [
    ['JSON everywhere', 'S'],
    ['Levels', 'SG'],
    ['Rotation', 'SG'],
    ['Security: masking', 'S'],
    ['Security: immutable store', 'S'],
    ['Security: encryption', 'S']
  ],
  Alerts: [
    ['Thresholds', 'G'],
    ['Channels', 'G'],
    ['Priority', 'G'],
    ['Noise', 'G']
  ],
  Deployment: [
    ['Local compose', 'S'],
    ['Kubernetes', 'GS'],
    ['CI/CD', 'GS']
  ],
  'Backup and disaster recovery': [
    ['Databases', 'WG'],
    ['RPO and RTO', 'GSD']
  ],
  Performance: [
    ['Database', 'SG'],
    ['Elasticsearch', 'SG'],
    ['Cache: browser', 'S'],
    ['Cache: invalidation', 'S'],
    ['LLM: context length', 'S'],
    ['LLM: embedding', 'S'],
    ['LLM: quotas', 'S']
  ],
  'Operating processes': [
    ['Incidents', 'GS'],
    ['Change', 'SG'],
    ['Capacity', 'GS'],
    ['Release', 'SD']
  ]
}

it('has every row of the chapter, with a place for each of its kinds', () => {
  const found: Record<string, [string, string][]> = {}
  for (const part of text.split(/^## /m).slice(1)) {
    const section: [string, string][] = []
    found[part.slice(0, part.indexOf('\n'))] = section
    for (const line of part.split('\n').filter((one) => rows.includes(one))) {
      const [, name = '', kind = '', place = ''] = line.split('|').map((cell) => cell.trim())
      expect(place.length, line).toBeGreaterThan(10)
      if (name) section.push([name, kind])
      else section.at(-1)![1] += kind
    }
  }
  for (const [section, wanted] of Object.entries(CHAPTER)) {
    const has = found[section]!.map(([name, kinds], index) => [
      name.startsWith(wanted[index]?.[0] ?? '-') ? wanted[index]![0] : name,
      kinds
    ])
    expect(has, section).toEqual(wanted)
  }
  expect(Object.keys(found)).toEqual(Object.keys(CHAPTER))
})

/** What a row sends its reader to a section for; it must be there. */
const SAID: Readonly<Record<string, readonly RegExp[]>> = {
  'logs.md#presets': [/Elastic Common Schema/, /embedded metric format/],
  'logs.md#how-you-would-know': [/fingerprint/],
  'logs.md#levels-at-run-time': [/loglevel/],
  'logs.md#what-can-be-lost': [/`fatal`.*on the disk when the call returns/],
  'logs.md#destinations': [/rotate/, /every/, /keep/, /gzip/, /AES-256-GCM/],
  'logs.md#the-audit-log': [/rag-audit verify/, /access/, /encrypt/],
  'tracing.md#exporters': [/OTLP/i, /Jaeger/, /Zipkin/],
  'tracing.md#start': [/b3/, /tracecontext/, /OTEL_RESOURCE_ATTRIBUTES/],
  'metrics-guide.md#scraping': [/exemplars/],
  'cache.md#http-browser-and-cdn': [/browser/i, /CDN/],
  'cache.md#database': [/quer|statement|table/i],
  'cache.md#invalidation': [/tags/, /pattern/, /version/, /dependency/],
  'llm.md#doing-less': [/embedBatch/, /fitContext/, /promptBreakdown/],
  'llm.md#budgets': [/limit/, /downgrade/]
}

it('sends readers to sections that say what they are sent for', () => {
  const links = matches(/\]\(([a-z-]+\.md#[^)]+)\)/g)
  expect(links.sort()).toEqual(Object.keys(SAID).sort())
  for (const link of links) {
    const [page = '', anchor = ''] = link.split('#')
    const sections = readFileSync(join(dirname(file), page), 'utf8').split(/^#{2,3} /m)
    const section = sections.find((one) => anchorOf(one.slice(0, one.indexOf('\n'))) === anchor)
    expect(section, link).toBeDefined()
    expect(
      SAID[link]!.filter((words) => !words.test(section!)),
      link
    ).toEqual([])
  }
})

/** As GitHub and VitePress make it of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .trim()
    .replace(/\s+/g, '-')
}

it('links to what is there', () => {
  const links = matches(/\]\(([^)#]+)\)/g)
  expect(links.length).toBeGreaterThan(15)
  expect(links.filter((link) => !existsSync(join(dirname(file), link)))).toEqual([])
})

it('names commands and scenarios that exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
  expect(matches(/`npm run ([a-z:]+)/g).filter((name) => !(name in scripts))).toEqual([])
  // What stands behind `--` is understood too.
  const demos = matches(/`npm run demo -- ([^`]+)`/g).filter((line) => !line.startsWith('scenario '))
  expect(demos.length).toBeGreaterThan(2)
  expect(demos.filter((line) => typeof readOptions(line.split(' ')) === 'string')).toEqual([])
  const bins = readdirSync(join(root, 'packages')).flatMap((name) => {
    const { bin = {} } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as { bin?: Record<string, string> }
    return Object.keys(bin)
  })
  expect(matches(/`npx ([a-z-]+)/g).filter((name) => !bins.includes(name))).toEqual([])
  const known = SCENARIOS.map(({ name }) => name)
  const named = matches(/`scenario ([a-z0-9-]+)`/g).filter((name) => name !== 'x')
  expect(named.filter((name) => !known.includes(name))).toEqual([])
  // The ordinary one and the two that only repeat what tests of packages show are not needed by any row.
  expect(known.filter((name) => !named.includes(name) && name !== 'traffic' && name !== 'client-aborts')).toEqual([])
})

it('names metrics of the catalogue, or of the example itself', () => {
  const own = readFileSync(join(root, 'examples/rag-system/document-service/src/index-figures.ts'), 'utf8')
  const names = new Set<string>((Array.isArray(catalogue) ? catalogue : Object.values(catalogue)).map(({ name }: { name: string }) => name))
  const metrics = matches(/`((?:rag|http|process|container|example)_[a-z0-9_]+)`/g)
  expect(metrics.length).toBeGreaterThan(30)
  expect(metrics.filter((name) => !names.has(name) && !own.includes(`'${name}'`))).toEqual([])
})

it('names generated files that rag-ops makes for this deployment', async () => {
  const { model } = await loadConfig(undefined, join(root, 'examples/rag-system/deploy'))
  const made = Object.keys(generate(model))
  const named = matches(/`generated\/([^`]+)`/g)
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((name) => !made.some((path) => path === name || path.startsWith(`${name}/`)))).toEqual([])
})

it('names commands of rag-ops that exist', () => {
  const named = matches(/`rag-ops ([a-z]+)/g)
  expect(named).toContain('incident')
  expect(named.filter((name) => !(name in commands))).toEqual([])
  for (const [document, row] of [
    ['post-mortem', 'Incidents'],
    ['continuity plan', 'RPO'],
    ['checklist', 'Release']
  ] as const) {
    expect(text, row).toContain(document)
    expect(commands['templates']!.usage).toContain(document)
  }
})

it('names alerts with the priority that their rules give them', () => {
  const priorities = [...text.matchAll(/`(\w+)` in \[([\w-]+\.rules\.yml)\]\(([^)]+)\) has priority (P\d)/g)]
  expect(priorities.length).toBeGreaterThan(0)
  for (const [, alert = '', , link = '', priority = ''] of priorities) {
    const rule = readFileSync(join(dirname(file), link), 'utf8')
      .split('- alert: ')
      .find((one) => one.startsWith(`${alert}\n`))
    expect(rule, alert).toMatch(new RegExp(`priority: "?${priority}"?\\b`))
  }
})

it('names ports, views and stages that are there', () => {
  const compose = readFileSync(join(root, 'examples/rag-system/deploy/docker-compose.yml'), 'utf8')
  for (const port of matches(/on port (\d+)/g)) expect(compose).toContain(`:${port}"`)
  const app = readFileSync(join(root, 'examples/rag-system/frontend/public/app.js'), 'utf8')
  for (const view of ['Ask', 'Operate', 'Documents']) expect(app).toContain(`'${view}'`)
  expect(app).toContain('#\\/trace')
  const engine = readFileSync(join(root, 'examples/rag-system/rag-engine/src/engine.ts'), 'utf8')
  for (const stage of matches(/stage `([a-z]+)`/g)) expect(engine).toContain(`stage('${stage}'`)
})
