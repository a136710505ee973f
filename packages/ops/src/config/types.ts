// What ops.config.ts says: services, objectives, budgets, people and versions.
import type { MetricDefinition } from '@rag/core/catalogue'

/** A text such as `'30s'`, `'10m'`, `'26h'`, `'7d'`. */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd' | 'w'}`

/** What a service does; each role has its dashboard. */
export type Role = 'gateway' | 'auth' | 'document' | 'rag' | 'llm' | 'frontend'

export interface ServiceConfig {
  role: Role
  /** Where its metrics are: `host:port`, one or several. */
  targets: readonly string[]
  slo?: {
    /** Share of requests that must not fail. @default 0.999 */
    availability?: number
    latency?: {
      /** Requests slower than this are slow; must be a bucket bound of the request histogram. @default '1s' */
      within?: Duration | `${number}ms`
      /** Share of requests that must not be slow. @default 0.95 */
      share?: number
    }
  }
  /** Names under which this service calls others (`peer_service`), for the service graph. */
  calls?: readonly string[]
  /** Container image, for manifests. @default `registry.example.com/<service>` */
  image?: string
  /** Port that answers requests. @default 3000 */
  port?: number
  replicas?: { min?: number; max?: number }
  resources?: { cpu?: string; memory?: string; cpuLimit?: string; memoryLimit?: string }
  /** Requests a second that one replica carries; the autoscalers aim at it. @default 20 */
  requestsPerReplica?: number
}

export interface BackupConfig {
  /** Most data that may be lost: the age beyond which a backup is stale. */
  rpo: Duration
  /** Longest time a restore may take. */
  rto: Duration
  /** How often the restore is drilled. @default '90d' */
  drillEvery?: Duration
  /** The job that drills the restore. @default `restore-drill-<job>` */
  drill?: string
}

export interface BudgetConfig {
  /** Length of the budget's window; it starts over at midnight of the time zone. @default '1d' */
  window?: '1h' | '1d'
}

/** Secrets are never values: they are files that Alertmanager or the bridge reads, or variables of its environment. */
export interface ContactsConfig {
  mail?: { to: string; from: string; smarthost: string; username?: string; passwordFile?: string; requireTls?: boolean }
  slack?: { channel: string; urlFile: string }
  pagerduty?: { routingKeyFile: string; url?: string }
  /** Teams and SMS go through the bridge, `rag-ops bridge`; from Alertmanager 0.26 Teams may be reached directly. */
  teams?: { urlFile: string }
  sms?: { to: readonly string[]; urlFile: string; tokenFile?: string; from?: string }
  /** Where the bridge listens. @default 'http://127.0.0.1:9095' */
  bridge?: string
  /** Told every minute that alerting works; silence there means that it does not. */
  deadman?: { urlFile: string }
}

export interface OpsConfig {
  /** @default 'production' */
  environment?: string
  /** IANA name; working hours, mute windows and daily budgets follow it. @default 'UTC' */
  timeZone?: string
  services: { readonly [name: string]: ServiceConfig }
  budgets?: { readonly [name: string]: BudgetConfig }
  backups?: { readonly [job: string]: BackupConfig }
  contacts: ContactsConfig
  /** Who is woken when nobody reacts to a P1: after this time it is raised again as P0, with SMS. @default { after: '30m' } */
  escalation?: { after?: Duration }
  /** @default Monday to Friday, 09:00 to 18:00 */
  workingHours?: { days?: readonly string[]; from?: string; to?: string }
  /** Windows for planned changes, in which P3 and P4 stay quiet. */
  changeWindows?: readonly { name: string; days: readonly string[]; from: string; to: string }[]
  /** Thresholds that differ from the defaults; the reference lists all with unit and reason. */
  thresholds?: Partial<Record<string, number>>
  /** Metrics of your own, as given to `defineMetric`. */
  metrics?: readonly Omit<MetricDefinition, 'from'>[]
  /** Dashboards and rules of your own that `check` reads as well: files or folders. */
  include?: readonly string[]
  /** Address under which Grafana and the runbooks are found; links in notices start with them. */
  grafanaUrl?: string
  runbookUrl?: string
  prometheusUrl?: string
  targets?: { prometheus?: '2.42' | '3'; alertmanager?: '0.25' | '0.28'; grafana?: 'classic' | 'v2' }
  /** Kubernetes namespace. @default 'rag' */
  namespace?: string
  /** Folder of what is generated, from the configuration's. @default 'ops' */
  output?: string
}
