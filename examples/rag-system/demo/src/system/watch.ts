// The real Prometheus and Alertmanager over the system, where this machine has them.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { DemoFailure } from './failure.js'
import { findProgram } from './find-program.js'
import { freePorts } from './ports.js'
import type { Processes } from './processes.js'

export interface Watch {
  readonly prometheus?: string
  readonly alertmanager?: string
  /** Alerting rules that Prometheus has loaded. */
  readonly rules?: number
}

/** The environment of deploy/ops.config.ts: rules expect the services in it. */
const ENVIRONMENT = 'compose'
/** As `npm run demo -- generate` made them; a test keeps them current. */
const RULES = fileURLToPath(new URL('../../../deploy/generated/prometheus/rules/*.yml', import.meta.url))

export interface WatchOptions {
  readonly folder: string
  readonly processes: Processes
  /** Services with the port of their admin listener. */
  readonly targets: readonly (readonly [name: string, port: number])[]
}

export async function startWatch({ folder, processes, targets }: WatchOptions): Promise<Watch> {
  const [prometheus, alertmanager] = [findProgram('prometheus'), findProgram('prometheus-alertmanager', 'alertmanager')]
  const [prometheusPort = 0, alertmanagerPort = 0] = await freePorts(2)
  const started: { prometheus?: string; alertmanager?: string; rules?: number } = {}
  if (alertmanager) {
    const file = join(folder, 'alertmanager.yml')
    // Alerts are shown on the page; nobody is called.
    await writeFile(file, 'route:\n  receiver: page\nreceivers:\n  - name: page\n')
    const values = [`--config.file=${file}`, `--storage.path=${join(folder, 'alertmanager')}`, '--cluster.listen-address=']
    await processes.start({
      name: 'alertmanager',
      folder,
      env: {},
      command: [alertmanager, ...values, `--web.listen-address=127.0.0.1:${alertmanagerPort}`]
    })
    started.alertmanager = `http://127.0.0.1:${alertmanagerPort}`
  }
  if (prometheus) {
    const file = join(folder, 'prometheus.yml')
    await writeFile(file, configuration(targets, alertmanager ? alertmanagerPort : undefined))
    const values = [`--config.file=${file}`, `--storage.tsdb.path=${join(folder, 'prometheus')}`, '--enable-feature=exemplar-storage']
    await processes.start({
      name: 'prometheus',
      folder,
      env: {},
      command: [prometheus, ...values, `--web.listen-address=127.0.0.1:${prometheusPort}`]
    })
    started.prometheus = `http://127.0.0.1:${prometheusPort}`
  }
  await Promise.all([started.prometheus, started.alertmanager].map((url) => url && ready(url)))
  if (started.prometheus) started.rules = await rulesOf(started.prometheus)
  return started
}

/** @throws DemoFailure when there are none: a Prometheus without rules would never alert. */
async function rulesOf(prometheus: string): Promise<number> {
  const reply = (await (await fetch(`${prometheus}/api/v1/rules?type=alert`)).json()) as { data: { groups: { rules: unknown[] }[] } }
  const loaded = reply.data.groups.reduce((sum, { rules }) => sum + rules.length, 0)
  if (loaded === 0) throw new DemoFailure('Prometheus has loaded no alerting rule', 'npm run demo -- generate makes them')
  return loaded
}

/** What Prometheus scrapes and where it reports, as JSON, which is YAML too. */
export function configuration(targets: WatchOptions['targets'], alertmanagerPort?: number): string {
  return JSON.stringify({
    global: { scrape_interval: '1s', evaluation_interval: '2s' },
    rule_files: [RULES],
    ...(alertmanagerPort !== undefined && {
      alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] }] }
    }),
    scrape_configs: targets.map(([name, port]) => ({
      job_name: name,
      static_configs: [{ targets: [`127.0.0.1:${port}`], labels: { service: name, environment: ENVIRONMENT } }]
    }))
  })
}

async function ready(url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (
      await fetch(`${url}/-/ready`).then(
        ({ ok }) => ok,
        () => false
      )
    )
      return
    await pause(50)
  }
  throw new Error(`nothing is ready at ${url}`)
}
