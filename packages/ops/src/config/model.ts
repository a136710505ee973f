// The configuration with every default filled in and every figure a number: what generators and alerts read.
import type { MetricDefinition } from '@rag/core/catalogue'
import type { ThresholdName } from './thresholds.js'
import type { ContactsConfig, Role } from './types.js'

export interface Service {
  readonly name: string
  readonly role: Role
  readonly targets: readonly string[]
  readonly availability: number
  readonly latency: { readonly seconds: number; readonly share: number }
  readonly calls: readonly string[]
  readonly image: string
  readonly port: number
  readonly metricsPort: number
  readonly replicas: { readonly min: number; readonly max: number }
  readonly resources: { readonly cpu: string; readonly memory: string; readonly cpuLimit: string; readonly memoryLimit: string }
  readonly requestsPerReplica: number
}

export interface Backup {
  readonly job: string
  readonly rpoSeconds: number
  readonly rtoSeconds: number
  readonly drillEverySeconds: number
  readonly drill: string
}

export interface Window {
  readonly name: string
  readonly days: readonly string[]
  readonly from: string
  readonly to: string
}

export interface Model {
  readonly environment: string
  readonly timeZone: string
  readonly services: readonly Service[]
  readonly budgets: readonly { readonly name: string; readonly windowSeconds: number }[]
  readonly backups: readonly Backup[]
  readonly contacts: ContactsConfig & { readonly bridge: string }
  readonly escalateAfter: string
  readonly workingHours: Window
  readonly changeWindows: readonly Window[]
  readonly limits: Readonly<Record<ThresholdName, number>>
  readonly metrics: Readonly<Record<string, MetricDefinition>>
  readonly include: readonly string[]
  readonly grafanaUrl: string
  readonly runbookUrl: string
  readonly prometheusUrl: string
  readonly targets: { readonly prometheus: '2.42' | '3'; readonly alertmanager: '0.25' | '0.28'; readonly grafana: 'classic' | 'v2' }
  readonly namespace: string
  readonly output: string
  /** Windows are divided by it; above 1 only in end-to-end tests. */
  readonly timeScale: number
}
