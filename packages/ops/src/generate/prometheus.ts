// prometheus.yml: what is scraped, and the labels by which everything else knows it.
import { duration } from '../config/duration.js'
import type { Model } from '../config/model.js'
import type { Artifacts } from './types.js'
import { yaml } from './yaml.js'

export function generatePrometheus(model: Model, { alertmanager = 'alertmanager:9093' }: { alertmanager?: string } = {}): Artifacts {
  const every = duration(15 / model.timeScale)
  return {
    'prometheus/prometheus.yml': yaml({
      global: { scrape_interval: every, evaluation_interval: every },
      rule_files: ['rules/*.rules.yml'],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
      scrape_configs: [
        {
          job_name: 'rag',
          static_configs: model.services.map(({ name, targets }) => ({
            targets,
            labels: { service: name, environment: model.environment }
          }))
        }
      ]
    })
  }
}
