// A configuration with everything in it, shared by the tests.
import type { OpsConfig } from '../src/index.js'

export const full = {
  timeZone: 'Asia/Tokyo',
  services: {
    'rag-engine': { role: 'rag', targets: ['rag-engine:9464'], calls: ['search', 'llm-service'] },
    'api-gateway': { role: 'gateway', targets: ['api-gateway:9464'], calls: ['rag-engine', 'auth-service'] },
    'auth-service': { role: 'auth', targets: ['auth-service:9464'], slo: { latency: { within: '500ms', share: 0.99 } } },
    'document-service': { role: 'document', targets: ['document-service:9464'] },
    'llm-service': { role: 'llm', targets: ['llm-service:9464'], slo: { availability: 0.99, latency: { within: '20s', share: 0.9 } } },
    frontend: { role: 'frontend', targets: ['frontend:9464'], slo: { latency: { within: '1500ms' } } }
  },
  budgets: { daily: { window: '1d' } },
  backups: { 'backup-postgres': { rpo: '26h', rto: '1h' } },
  contacts: {
    mail: {
      to: 'ops@example.com',
      from: 'alerts@example.com',
      smarthost: 'smtp.example.com:587',
      username: 'alerts',
      passwordFile: '/run/secrets/smtp'
    },
    slack: { channel: '#ops', urlFile: '/run/secrets/slack' },
    pagerduty: { routingKeyFile: '/run/secrets/pagerduty' },
    teams: { urlFile: '/run/secrets/teams' },
    sms: { to: ['+15550100'], urlFile: '/run/secrets/sms', tokenFile: '/run/secrets/sms-token' },
    deadman: { urlFile: '/run/secrets/deadman' }
  },
  changeWindows: [{ name: 'tuesday-evening', days: ['tuesday'], from: '20:00', to: '22:00' }]
} satisfies OpsConfig
