// The real Prometheus and Alertmanager over the system, where this machine has them.
import { existsSync, readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { findProgram } from './find-program.js'
import { freePorts } from './ports.js'
import type { Processes } from './processes.js'

export interface Watch {
  readonly prometheus?: string
  readonly alertmanager?: string
}

export interface WatchOptions {
  readonly folder: string
  readonly processes: Processes
  /** Services with the port of their admin listener. */
  readonly targets: readonly (readonly [name: string, port: number])[]
}

/** Rules that `rag-ops generate` wrote for the deployment. */
const RULES = fileURLToPath(new URL('../../../deploy/generated/prometheus/', import.meta.url))

export async function startWatch({ folder, processes, targets }: WatchOptions): Promise<Watch> {
  const [prometheus, alertmanager] = [findProgram('prometheus'), findProgram('prometheus-alertmanager', 'alertmanager')]
  const [prometheusPort = 0, alertmanagerPort = 0] = await freePorts(2)
  const started: { prometheus?: string; alertmanager?: string } = {}
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
  await Promise.all(Object.values(started).map((url) => ready(url)))
  return started
}

function configuration(targets: WatchOptions['targets'], alertmanagerPort: number | undefined): string {
  const rules = existsSync(RULES) ? readdirSync(RULES).filter((name) => /rules.*\.ya?ml$/.test(name)) : []
  return JSON.stringify({
    global: { scrape_interval: '1s', evaluation_interval: '2s' },
    rule_files: rules.map((name) => join(RULES, name)),
    ...(alertmanagerPort !== undefined && {
      alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] }] }
    }),
    scrape_configs: targets.map(([name, port]) => ({
      job_name: name,
      static_configs: [{ targets: [`127.0.0.1:${port}`], labels: { service: name } }]
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
