// generate(): every artifact of a model, in one order.
import type { Model } from '../config/model.js'
import { generateAlertmanager } from './alertmanager.js'
import { generateCanary } from './canary.js'
import { generateElasticsearch } from './elasticsearch.js'
import { generateGrafana } from './grafana.js'
import { generateKubernetes } from './kubernetes.js'
import { generatePrometheus } from './prometheus.js'
import { generateTests } from './promtool.js'
import { generateReference } from './reference.js'
import { generateRules } from './rules.js'
import { generateRunbooks } from './runbooks.js'
import { generateShippers } from './shippers.js'
import { generateTerraform } from './terraform.js'
import type { Artifacts } from './types.js'
import { generateWorkflow } from './workflow.js'

const GENERATORS: readonly ((model: Model) => Artifacts)[] = [
  generatePrometheus,
  generateRules,
  generateTests,
  generateAlertmanager,
  generateGrafana,
  generateKubernetes,
  generateCanary,
  generateWorkflow,
  generateTerraform,
  generateElasticsearch,
  generateShippers,
  generateRunbooks,
  generateReference
]

/**
 * Everything that `rag-ops generate` writes: path from the output folder to text. The same model gives the same bytes.
 *
 * @example
 * const files = generate(resolveConfig(config))
 * files['alertmanager/alertmanager.yml']
 */
export function generate(model: Model): Artifacts {
  const files: Record<string, string> = {}
  for (const make of GENERATORS) Object.assign(files, make(model))
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)))
}
