// The fields that each part of the configuration has; anything else is a misspelling.
import { fail } from './fail.js'

export const knownFields = {
  config: [
    'environment',
    'timeZone',
    'services',
    'budgets',
    'backups',
    'contacts',
    'escalation',
    'workingHours',
    'changeWindows',
    'thresholds',
    'metrics',
    'include',
    'grafanaUrl',
    'runbookUrl',
    'prometheusUrl',
    'targets',
    'namespace',
    'output'
  ],
  service: ['role', 'targets', 'slo', 'calls', 'image', 'port', 'replicas', 'resources', 'requestsPerReplica'],
  backup: ['rpo', 'rto', 'drillEvery', 'drill'],
  window: ['name', 'days', 'from', 'to'],
  targets: ['prometheus', 'alertmanager', 'grafana'],
  contacts: ['mail', 'slack', 'pagerduty', 'teams', 'sms', 'bridge', 'deadman'],
  mail: ['to', 'from', 'smarthost', 'username', 'passwordFile', 'requireTls'],
  slack: ['channel', 'urlFile'],
  pagerduty: ['routingKeyFile', 'url'],
  teams: ['urlFile'],
  sms: ['to', 'urlFile', 'tokenFile', 'from'],
  deadman: ['urlFile']
} as const

/** Refuses fields that a part does not have. */
export function checkKeys(path: string, value: object, known: readonly string[]): void {
  for (const field of Object.keys(value))
    if (!known.includes(field)) fail(`${path}${field}`, undefined, 'there is no such field', `it takes ${known.join(', ')}`)
}
