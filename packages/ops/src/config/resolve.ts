// resolveConfig(): checks ops.config.ts field by field and fills in the defaults.
import { catalogue } from '@rag/core/catalogue'
import { checkContacts } from './contacts.js'
import { seconds } from './duration.js'
import { fail } from './fail.js'
import { checkKeys, knownFields } from './fields.js'
import type { Backup, Model, Service, Window } from './model.js'
import { ownMetrics } from './own-metrics.js'
import { type ThresholdName, thresholds } from './thresholds.js'
import type { OpsConfig, ServiceConfig } from './types.js'

const ROLES = ['gateway', 'auth', 'document', 'rag', 'llm', 'frontend']
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const VERSIONS = { prometheus: ['2.42', '3'], alertmanager: ['0.25', '0.28'], grafana: ['classic', 'v2'] } as const

/**
 * Checks a configuration and fills in its defaults.
 *
 * @throws RagError `RAG_OPS_CONFIG`, `RAG_OPS_SLO_BUCKET`, `RAG_OPS_SECRET`
 * @example
 * const model = resolveConfig({ services: { 'rag-engine': { role: 'rag', targets: ['rag-engine:9464'] } }, contacts: { mail } })
 */
export function resolveConfig(config: OpsConfig, { timeScale = 1 }: { timeScale?: number } = {}): Model {
  if (typeof config !== 'object' || config === null) fail('config', config, 'this is no configuration', 'export an object as default')
  checkKeys('', config, knownFields.config)
  const services = Object.entries(config.services ?? {})
  if (services.length === 0) fail('services', undefined, 'no service is named', 'name at least one service with its role and targets')
  const timeZone = checkZone(config.timeZone ?? 'UTC')
  const targets = { prometheus: '2.42', alertmanager: '0.25', grafana: 'classic', ...config.targets } as Model['targets']
  checkKeys('targets.', targets, knownFields.targets)
  for (const [tool, known] of Object.entries(VERSIONS)) {
    const value = targets[tool as keyof typeof VERSIONS]
    if (!(known as readonly string[]).includes(value)) fail(`targets.${tool}`, value, 'no such target', `use ${known.join(' or ')}`)
  }
  const escalateAfter = config.escalation?.after ?? '30m'
  span('escalation.after', escalateAfter)
  return {
    environment: plain('environment', config.environment ?? 'production'),
    timeZone,
    services: services.map(([name, service]) => resolveService(name, service)),
    budgets: Object.entries(config.budgets ?? {}).map(([name, budget]) => ({
      name: plain(`budgets.${name}`, name),
      windowSeconds: span(`budgets.${name}.window`, budget.window ?? '1d')
    })),
    backups: Object.entries(config.backups ?? {}).map(([job, backup]) => resolveBackup(job, backup)),
    contacts: checkContacts(config.contacts),
    escalateAfter,
    workingHours: window('workingHours', {
      name: 'working-hours',
      days: config.workingHours?.days ?? ['monday:friday'],
      from: config.workingHours?.from ?? '09:00',
      to: config.workingHours?.to ?? '18:00'
    }),
    changeWindows: (config.changeWindows ?? []).map((each, index) => window(`changeWindows[${index}]`, each)),
    limits: resolveLimits(config.thresholds ?? {}),
    metrics: { ...catalogue, ...ownMetrics(config.metrics ?? []) },
    include: config.include ?? [],
    grafanaUrl: link('grafanaUrl', config.grafanaUrl ?? 'http://localhost:3000'),
    runbookUrl: link('runbookUrl', config.runbookUrl ?? 'http://localhost:3000/runbooks'),
    prometheusUrl: link('prometheusUrl', config.prometheusUrl ?? 'http://prometheus:9090'),
    targets,
    namespace: plain('namespace', config.namespace ?? 'rag'),
    output: config.output ?? 'ops',
    timeScale
  }
}

function resolveService(name: string, service: ServiceConfig): Service {
  const at = `services.${name}`
  plain(at, name)
  checkKeys(`${at}.`, service, knownFields.service)
  if (!ROLES.includes(service.role)) fail(`${at}.role`, service.role, 'no such role', `use one of ${ROLES.join(', ')}`)
  const scrape = service.targets ?? []
  if (scrape.length === 0) fail(`${at}.targets`, undefined, 'nothing to scrape', `give 'host:port' of its metrics, such as '${name}:9464'`)
  for (const target of scrape)
    if (!/^[\w.[\]:-]+:\d{1,5}$/.test(target)) fail(`${at}.targets`, target, 'this is no host:port', `write it as '${name}:9464'`)
  const within = service.slo?.latency?.within ?? '1s'
  const bound = seconds(within)
  const bounds = catalogue.http_server_request_duration_seconds.buckets ?? []
  if (!bounds.includes(bound)) {
    const near = [...bounds].sort((a, b) => Math.abs(a - bound) - Math.abs(b - bound)).slice(0, 2)
    const nearest = near.map((value) => (value < 1 ? `'${value * 1000}ms'` : `'${value}s'`)).join(' or ')
    const fix = Number.isFinite(bound) ? `use ${nearest}` : `write it as '500ms' or '1s'`
    fail(`${at}.slo.latency.within`, within, 'no bucket of http_server_request_duration_seconds ends there', fix, 'RAG_OPS_SLO_BUCKET')
  }
  const { min = 2, max = 10 } = service.replicas ?? {}
  if (!(Number.isInteger(min) && Number.isInteger(max) && min >= 1 && max >= min))
    fail(`${at}.replicas`, { min, max }, 'min and max contradict each other', 'give whole numbers with 1 <= min <= max')
  const perReplica = service.requestsPerReplica ?? 20
  if (!(perReplica > 0)) fail(`${at}.requestsPerReplica`, perReplica, 'this is no rate', 'give requests per second above 0')
  return {
    name,
    role: service.role,
    targets: scrape,
    availability: share(`${at}.slo.availability`, service.slo?.availability ?? 0.999),
    latency: { seconds: bound, share: share(`${at}.slo.latency.share`, service.slo?.latency?.share ?? 0.95) },
    calls: service.calls ?? [],
    image: service.image ?? `registry.example.com/${name}`,
    port: service.port ?? 3000,
    metricsPort: Number(scrape[0]!.split(':').at(-1)),
    replicas: { min, max },
    resources: { cpu: '250m', memory: '256Mi', cpuLimit: '1', memoryLimit: '512Mi', ...service.resources },
    requestsPerReplica: perReplica
  }
}

function resolveBackup(job: string, backup: NonNullable<OpsConfig['backups']>[string]): Backup {
  const at = `backups.${job}`
  checkKeys(`${at}.`, backup, knownFields.backup)
  return {
    job: plain(at, job),
    rpoSeconds: span(`${at}.rpo`, backup.rpo),
    rtoSeconds: span(`${at}.rto`, backup.rto),
    drillEverySeconds: span(`${at}.drillEvery`, backup.drillEvery ?? '90d'),
    drill: plain(`${at}.drill`, backup.drill ?? `restore-drill-${job}`)
  }
}

function resolveLimits(given: Partial<Record<string, number>>): Model['limits'] {
  const limits = Object.fromEntries(Object.entries(thresholds).map(([name, { value }]) => [name, value])) as Record<ThresholdName, number>
  for (const [name, value] of Object.entries(given)) {
    if (!(name in thresholds)) fail(`thresholds.${name}`, value, 'no such threshold', 'the generated reference lists them')
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
      fail(`thresholds.${name}`, value, 'this is no threshold', `give ${thresholds[name as ThresholdName].unit} as a number`)
    limits[name as ThresholdName] = value
  }
  if (!(limits.burnFast > limits.burnMid && limits.burnMid > limits.burnSlow && limits.burnSlow > limits.burnTrickle))
    fail('thresholds', undefined, 'the burn rates contradict each other', 'keep burnFast > burnMid > burnSlow > burnTrickle')
  return limits
}

function window(at: string, given: Window): Window {
  checkKeys(`${at}.`, given, knownFields.window)
  for (const day of given.days)
    for (const part of day.split(':')) if (!DAYS.includes(part)) fail(`${at}.days`, day, 'no such day', `use 'saturday' or 'monday:friday'`)
  for (const side of ['from', 'to'] as const)
    if (!/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/.test(given[side]))
      fail(`${at}.${side}`, given[side], 'this is no time of day', `write it as '09:00'`)
  if (given.from >= given.to)
    fail(at, `${given.from}-${given.to}`, 'the window ends before it starts', 'split a window over midnight in two')
  return { ...given, name: plain(`${at}.name`, given.name) }
}

function share(option: string, value: number): number {
  if (value > 0 && value < 1) return value
  return fail(option, value, 'an objective lies between 0 and 1, and 1 leaves no budget', 'give a share such as 0.999')
}

function span(option: string, value: string): number {
  const length = seconds(String(value))
  if (length > 0) return length
  return fail(option, value, 'this is no duration', `write it as '30m', '26h' or '90d'`)
}

function plain(option: string, value: string): string {
  if (typeof value === 'string' && /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/.test(value)) return value
  return fail(option, value, 'this is no plain name', 'use lower-case letters, digits, dots and dashes')
}

function link(option: string, value: string): string {
  if (URL.canParse(value) && /^https?:/.test(value)) return value.replace(/\/+$/, '')
  return fail(option, value, 'this is no address', `give one that starts with https://`)
}

function checkZone(zone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return zone
  } catch {
    return fail('timeZone', zone, 'no such time zone', `give its IANA name, such as 'Asia/Tokyo'`)
  }
}
