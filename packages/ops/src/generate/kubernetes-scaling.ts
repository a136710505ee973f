// Autoscaling on requests per second: the HPA, the adapter that feeds it, and KEDA.
import type { Model, Service } from '../config/model.js'

const REQUESTS = 'rag_http_server_requests_total'
/** The name under which the adapter offers the rate. */
export const SCALING_METRIC = 'rag_http_requests_per_second'

export function hpa({ name, replicas, requestsPerReplica }: Service) {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: replicas.min,
      maxReplicas: replicas.max,
      metrics: [
        {
          type: 'Pods',
          pods: { metric: { name: SCALING_METRIC }, target: { type: 'AverageValue', averageValue: String(requestsPerReplica) } }
        },
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 75 } } }
      ],
      // Up at once, down slowly: traffic of people comes back.
      behavior: { scaleUp: { stabilizationWindowSeconds: 0 }, scaleDown: { stabilizationWindowSeconds: 300 } }
    }
  }
}

/** Values of the prometheus-adapter chart. */
export function adapterConfig() {
  return {
    rules: {
      default: false,
      custom: [
        {
          seriesQuery: `${REQUESTS}{namespace!="",pod!=""}`,
          resources: { overrides: { namespace: { resource: 'namespace' }, pod: { resource: 'pod' } } },
          name: { as: SCALING_METRIC },
          metricsQuery: 'sum by (<<.GroupBy>>) (rate(<<.Series>>{<<.LabelMatchers>>}[2m]))'
        }
      ]
    }
  }
}

export function kedaObject(model: Model, { name, replicas, requestsPerReplica }: Service) {
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name },
    spec: {
      scaleTargetRef: { name },
      minReplicaCount: replicas.min,
      maxReplicaCount: replicas.max,
      cooldownPeriod: 300,
      triggers: [
        {
          type: 'prometheus',
          metadata: {
            serverAddress: model.prometheusUrl,
            query: `sum(rate(${REQUESTS}{service="${name}", environment="${model.environment}"}[2m]))`,
            threshold: String(requestsPerReplica)
          }
        }
      ]
    }
  }
}
