// The receivers: one a priority, each told over every channel that the contacts give it.
import type { Model } from '../config/model.js'

type Channel = 'pagerduty' | 'sms' | 'slack' | 'teams' | 'mail'

/** Which channels a priority is told over; those without a contact are left out, and somebody is always left. */
const CHANNELS: Readonly<Record<string, readonly Channel[]>> = {
  p0: ['pagerduty', 'sms', 'slack', 'teams', 'mail'],
  p1: ['pagerduty', 'slack', 'teams', 'mail'],
  p2: ['slack', 'teams', 'mail'],
  p3: ['slack', 'teams'],
  p4: ['mail']
}

export function receivers(model: Model): unknown[] {
  const { contacts } = model
  const has = (channel: Channel) => contacts[channel] !== undefined
  const fallback = (['mail', 'slack', 'teams', 'pagerduty', 'sms'] as const).find(has)!
  const priorities = Object.entries(CHANNELS).map(([name, wanted]) => {
    const channels = wanted.filter(has)
    return merge(
      name,
      (channels.length > 0 ? channels : [fallback]).map((channel) => configOf(model, channel))
    )
  })
  const deadman = contacts.deadman
    ? [{ name: 'deadman', webhook_configs: [{ url: `${contacts.bridge}/deadman`, send_resolved: false }] }]
    : []
  return [...priorities, ...deadman, { name: 'nobody' }]
}

/** One notice over one channel, in what the target version of Alertmanager understands. */
function configOf(model: Model, channel: Channel): Record<string, unknown[]> {
  const { contacts, targets } = model
  const text = { title: '{{ template "rag.title" . }}', text: '{{ template "rag.text" . }}' }
  switch (channel) {
    case 'pagerduty':
      return {
        pagerduty_configs: [
          {
            routing_key_file: contacts.pagerduty!.routingKeyFile,
            ...(contacts.pagerduty!.url && { url: contacts.pagerduty!.url }),
            send_resolved: true,
            description: text.title,
            severity: '{{ if eq .CommonLabels.priority "P0" }}critical{{ else }}error{{ end }}',
            details: { text: text.text }
          }
        ]
      }
    case 'slack':
      return { slack_configs: [{ api_url_file: contacts.slack!.urlFile, channel: contacts.slack!.channel, send_resolved: true, ...text }] }
    case 'mail':
      return {
        email_configs: [{ to: contacts.mail!.to, send_resolved: true, headers: { Subject: text.title }, text: text.text, html: '' }]
      }
    case 'teams':
      // Alertmanager 0.25 knows no Teams; the bridge does.
      return targets.alertmanager === '0.25'
        ? { webhook_configs: [{ url: `${contacts.bridge}/teams`, send_resolved: true }] }
        : { msteamsv2_configs: [{ webhook_url_file: contacts.teams!.urlFile, send_resolved: true, ...text }] }
    case 'sms':
      return { webhook_configs: [{ url: `${contacts.bridge}/sms`, send_resolved: true, max_alerts: 3 }] }
  }
}

function merge(name: string, configs: readonly Record<string, unknown[]>[]): Record<string, unknown> {
  const merged: Record<string, unknown> = { name }
  for (const config of configs)
    for (const [kind, entries] of Object.entries(config)) merged[kind] = [...((merged[kind] as unknown[] | undefined) ?? []), ...entries]
  return merged
}
