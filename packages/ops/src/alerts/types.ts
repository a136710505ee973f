// What an alert is: plain data from which rules, tests, routes, runbooks and the reference are made.

export type Priority = 'P0' | 'P1' | 'P2' | 'P3' | 'P4'
export type AlertType = 'availability' | 'latency' | 'saturation' | 'cost' | 'security' | 'data' | 'quality' | 'deploy' | 'telemetry'
export type DashboardName = 'overview' | 'graph' | 'anomalies' | 'spend' | 'capacity' | 'data' | 'quality' | 'telemetry'

export interface Alert {
  readonly name: string
  /** What it says, in one sentence with its figures. The tests are written from it, not from the expression. */
  readonly sentence: string
  readonly priority: Priority
  readonly type: AlertType
  readonly expr: string
  readonly for?: string
  readonly keepFiringFor?: string
  /** The first line of a notice. */
  readonly summary: string
  /** Who is hit and how much, with the figure in it. */
  readonly impact: string
  readonly dashboard: DashboardName
  readonly runbook: { readonly causes: readonly string[]; readonly look: readonly string[]; readonly act: readonly string[] }
  readonly tests: readonly Scenario[]
  /** Its tests run one by one, because it is about no environment in particular. Others run side by side. */
  readonly alone?: boolean
}

/** Telemetry as the sentence describes it, and what the alert must say when. */
export interface Scenario {
  readonly title: string
  /** Distance of samples and evaluations. @default '1m' */
  readonly step?: string
  readonly series: readonly Series[]
  /** When it fires and when it is quiet, such as `quiet 9m, fires 12m, quiet 25m`. */
  readonly expect: string
  /** Labels beside the fixed ones that the firing alert carries. @default service and environment */
  readonly labels?: Readonly<Record<string, string>>
}

export interface Series {
  readonly metric: string
  readonly labels: Readonly<Record<string, string>>
  /** Sample values for a step in seconds; `null` is no sample. */
  readonly samples: (stepSeconds: number) => (number | null)[]
}
