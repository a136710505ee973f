// What rag-ops makes the rules, routes, dashboards and manifests of this deployment from: `npx rag-ops generate` in this folder.
import type { OpsConfig } from '@rag/ops'

const slo = { availability: 0.99, latency: { within: '1s', share: 0.9 } } as const

export default {
  environment: 'compose',
  output: 'generated',
  services: {
    frontend: { role: 'frontend', targets: ['frontend:9464'], slo, calls: ['api-gateway'] },
    'api-gateway': { role: 'gateway', targets: ['api-gateway:9464'], slo, calls: ['auth-service', 'rag-engine', 'document-service'] },
    'auth-service': { role: 'auth', targets: ['auth-service:9464'], calls: ['redis'] },
    'rag-engine': { role: 'rag', targets: ['rag-engine:9464'], slo, calls: ['postgresql', 'elasticsearch', 'redis', 'llm-service'] },
    'document-service': { role: 'document', targets: ['document-service:9464'], calls: ['postgresql', 'elasticsearch', 'llm-service'] },
    'llm-service': { role: 'llm', targets: ['llm-service:9464'], calls: ['openai', 'anthropic', 'redis'] }
  },
  budgets: { 'user-day': { window: '1d' }, 'all-day': { window: '1d' } },
  backups: { 'backup-postgres': { rpo: '26h', rto: '1h' } },
  contacts: { mail: { to: 'operators@example.com', from: 'alerts@example.com', smarthost: 'mail:1025', requireTls: false } },
  metrics: [
    { name: 'example_index_documents', kind: 'gauge', help: 'Documents in the index.' },
    { name: 'example_index_passages', kind: 'gauge', help: 'Passages in the index.' },
    { name: 'example_index_changes_untold', kind: 'gauge', help: 'Changes of documents that a cache has not been told of yet.' }
  ]
} satisfies OpsConfig
