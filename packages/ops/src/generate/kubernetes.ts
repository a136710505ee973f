// Kubernetes manifests: a base, and overlays for staging and production.
import type { Model, Service } from '../config/model.js'
import { adapterConfig, hpa, kedaObject } from './kubernetes-scaling.js'
import type { Artifacts } from './types.js'
import { NOTE, yaml } from './yaml.js'

export function generateKubernetes(model: Model): Artifacts {
  const files: Record<string, string> = {}
  for (const service of model.services) {
    files[`kubernetes/base/${service.name}.yml`] = yaml(
      deployment(model, service),
      serviceOf(service),
      disruptionBudget(service),
      hpa(service),
      monitor(service)
    )
    files[`kubernetes/keda/${service.name}.yml`] = yaml(kedaObject(model, service))
  }
  files['kubernetes/base/quota.yml'] = yaml(quota(model))
  files['kubernetes/base/kustomization.yml'] = yaml({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace: model.namespace,
    resources: [...model.services.map(({ name }) => `${name}.yml`), 'quota.yml']
  })
  for (const environment of ['staging', 'production'])
    files[`kubernetes/overlays/${environment}/kustomization.yml`] = yaml(overlay(model, environment))
  files['kubernetes/prometheus-adapter/values.yml'] = yaml(adapterConfig())
  files['kubernetes/README.md'] = README
  return files
}

const named = (name: string) => ({ 'app.kubernetes.io/name': name })

/** A deployment that spreads over nodes and zones and runs without rights. */
export function deployment(_model: Model, { name, image, port, metricsPort, replicas, resources }: Service) {
  const labels = { ...named(name), track: 'stable' }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: named(name) },
    spec: {
      replicas: replicas.min,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 30,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          affinity: {
            podAntiAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                { weight: 100, podAffinityTerm: { labelSelector: { matchLabels: named(name) }, topologyKey: 'kubernetes.io/hostname' } }
              ]
            }
          },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'topology.kubernetes.io/zone',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: named(name) }
            }
          ],
          containers: [
            {
              name,
              image: `${image}:latest`,
              ports: [
                { name: 'http', containerPort: port },
                { name: 'metrics', containerPort: metricsPort }
              ],
              env: [
                { name: 'RAG_INCOMING', value: 'trust' },
                { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
                { name: 'OTEL_RESOURCE_ATTRIBUTES', value: 'k8s.pod.name=$(POD_NAME)' }
              ],
              resources: {
                requests: { cpu: resources.cpu, memory: resources.memory },
                limits: { cpu: resources.cpuLimit, memory: resources.memoryLimit }
              },
              readinessProbe: { httpGet: { path: '/health', port: 'metrics' }, periodSeconds: 5 },
              livenessProbe: { httpGet: { path: '/health', port: 'metrics' }, periodSeconds: 20, failureThreshold: 6 },
              securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }
            }
          ]
        }
      }
    }
  }
}

function serviceOf({ name, port, metricsPort }: Service) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels: named(name) },
    spec: {
      selector: named(name),
      ports: [
        { name: 'http', port: 80, targetPort: port },
        { name: 'metrics', port: metricsPort, targetPort: metricsPort }
      ]
    }
  }
}

function disruptionBudget({ name, replicas }: Service) {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name },
    // One pod may always leave, so that nodes can be drained; with one replica a budget would forbid it.
    spec: { ...(replicas.min > 1 ? { minAvailable: replicas.min - 1 } : { maxUnavailable: 1 }), selector: { matchLabels: named(name) } }
  }
}

/** Scraping gives every series the labels by which rules and dashboards know it. */
function monitor({ name }: Service) {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: { name, labels: named(name) },
    spec: {
      selector: { matchLabels: named(name) },
      endpoints: [
        {
          port: 'metrics',
          interval: '15s',
          relabelings: [
            { targetLabel: 'service', replacement: name },
            {
              sourceLabels: ['__meta_kubernetes_namespace_label_environment', '__meta_kubernetes_pod_label_environment'],
              regex: ';?(.+?);?',
              targetLabel: 'environment'
            },
            { sourceLabels: ['__meta_kubernetes_pod_label_track'], targetLabel: 'track' }
          ]
        }
      ]
    }
  }
}

function quota(model: Model) {
  const most = model.services.reduce((sum, { replicas }) => sum + replicas.max, 0)
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'rag' },
    spec: {
      hard: {
        pods: String(most + model.services.length),
        'requests.cpu': `${most}`,
        'requests.memory': `${most}Gi`,
        'limits.memory': `${2 * most}Gi`
      }
    }
  }
}

function overlay(model: Model, environment: string) {
  const staging = environment === 'staging'
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace: `${model.namespace}-${environment}`,
    resources: ['../../base'],
    labels: [{ pairs: { environment }, includeTemplates: true }],
    images: model.services.map(({ image }) => ({ name: image, newTag: staging ? 'edge' : 'stable' })),
    ...(staging && {
      patches: model.services.flatMap(({ name }) => [
        { target: { kind: 'Deployment', name }, patch: '- op: replace\n  path: /spec/replicas\n  value: 1\n' },
        {
          target: { kind: 'HorizontalPodAutoscaler', name },
          patch: '- op: replace\n  path: /spec/minReplicas\n  value: 1\n- op: replace\n  path: /spec/maxReplicas\n  value: 2\n'
        },
        {
          target: { kind: 'PodDisruptionBudget', name },
          patch:
            '- op: replace\n  path: /spec\n  value:\n    maxUnavailable: 1\n    selector:\n      matchLabels:\n        app.kubernetes.io/name: ' +
            name +
            '\n'
        }
      ])
    })
  }
}

const README = `<!-- ${NOTE} -->
# Kubernetes

\`kubectl apply -k overlays/staging\` or \`overlays/production\`. No cluster was asked: the objects are checked against the typed models of their APIs.

- **Scaling.** \`base\` scales by the HPA, which reads \`rag_http_requests_per_second\` from the prometheus-adapter (\`prometheus-adapter/values.yml\`). With KEDA use \`keda/\` instead of the HPA: two autoscalers on one deployment fight.
- **Secrets.** None is in here. Mount them as files.
- **Mesh.** Istio and Linkerd need nothing from the application but propagated headers, which the SDK sends (W3C, and B3 when asked). Do not let the mesh and the SDK both retry: RetryStorm shows when they do. Exclude the metrics port from mTLS or let Prometheus join the mesh.
- **EKS, GKE, AKS.** The manifests use no feature of one cloud. The identity of the cloud comes from \`OTEL_RESOURCE_ATTRIBUTES\`; the SDK asks no metadata server. Zones are spread by the standard label, which all three set.
`
