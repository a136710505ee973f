// Canary analysis for Argo Rollouts and Flagger. No data is never a success.
import type { Model } from '../config/model.js'
import type { Artifacts } from './types.js'
import { NOTE, yaml } from './yaml.js'

const REQUESTS = 'rag_http_server_requests_total'
const DURATION = 'http_server_request_duration_seconds'

/** What a canary is asked: share of failed requests and mean duration, each beside stable, and whether there is traffic at all. */
function canaryQueries(service: string, window: string) {
  const of = (track: string, more = '') => `{service="${service}", track="${track}"${more}}`
  const sum = (metric: string, track: string, more = '') => `sum(rate(${metric}${of(track, more)}[${window}]))`
  const share = (track: string) => `(${sum(REQUESTS, track, ', status_class="5xx"')} / (${sum(REQUESTS, track)} > 0))`
  const mean = (track: string) => `(${sum(`${DURATION}_sum`, track)} / (${sum(`${DURATION}_count`, track)} > 0))`
  return {
    requests: sum(REQUESTS, 'canary'),
    errors: share('canary'),
    // How many times as bad as stable; stable that never fails counts as failing one in a thousand.
    errorRatio: `${share('canary')} / clamp_min(${share('stable')}, 0.001)`,
    durationRatio: `${mean('canary')} / ${mean('stable')}`
  }
}

export function generateCanary(model: Model): Artifacts {
  const files: Record<string, string> = { 'canary/README.md': README }
  for (const { name } of model.services) {
    files[`canary/argo/${name}.yml`] = yaml(analysisTemplate(model, name))
    files[`canary/flagger/${name}.yml`] = yaml(...metricTemplates(model, name))
  }
  return files
}

function analysisTemplate(model: Model, service: string) {
  const { limits } = model
  const queries = canaryQueries(service, '5m')
  const metric = (name: string, query: string, successCondition: string, failureCondition: string) => ({
    name,
    initialDelay: '5m',
    interval: '1m',
    count: 10,
    failureLimit: 2,
    // Neither condition holds without data: the step is inconclusive and the rollout pauses.
    inconclusiveLimit: 2,
    successCondition,
    failureCondition,
    provider: { prometheus: { address: model.prometheusUrl, query } }
  })
  const judged = (limit: number) =>
    [
      `len(result) > 0 && !isNaN(result[0]) && result[0] <= ${limit}`,
      `len(result) > 0 && !isNaN(result[0]) && result[0] > ${limit}`
    ] as const
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisTemplate',
    metadata: { name: `${service}-canary` },
    spec: {
      metrics: [
        metric('traffic', queries.requests, `len(result) > 0 && result[0] > ${limits.releaseTraffic}`, 'false'),
        metric(
          'errors',
          `${queries.errors} > ${limits.releaseErrorMinimum} and ${queries.errorRatio} or 0 * ${queries.errors}`,
          ...judged(limits.canaryWorse)
        ),
        metric('duration', queries.durationRatio, ...judged(limits.canaryWorse))
      ]
    }
  }
}

/** Flagger fails a check whose query gives nothing. */
function metricTemplates(model: Model, service: string) {
  const queries = canaryQueries(service, '{{ interval }}')
  const template = (name: string, query: string) => ({
    apiVersion: 'flagger.app/v1beta1',
    kind: 'MetricTemplate',
    metadata: { name: `${service}-${name}` },
    spec: { provider: { type: 'prometheus', address: model.prometheusUrl }, query }
  })
  return [
    template('errors', queries.errors),
    template('error-ratio', queries.errorRatio),
    template('duration-ratio', queries.durationRatio)
  ]
}

const README = `<!-- ${NOTE} -->
# Canary analysis

Both compare the canary with stable at the same time, by the label \`track\`, which the manifests set on pods.

- **Argo Rollouts** (\`argo/\`): without traffic neither success nor failure holds, so the analysis is inconclusive and the rollout waits for a person. A template is checked against the typed model of its API.
- **Flagger** (\`flagger/\`): a query without a result fails the check. There is no typed model of Flagger's API on npm; of its templates the queries are parsed and compared with the catalogue; nothing here has run them in Flagger.
`
