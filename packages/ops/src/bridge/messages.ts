// What the bridge says: a card for Teams, a short text for telephones.

export interface Notice {
  readonly status: 'firing' | 'resolved'
  readonly alerts: readonly {
    readonly status: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }[]
}

/** An Adaptive Card as Teams workflows take it. https://adaptivecards.io/explorer/ */
export function adaptiveCard({ status, alerts }: Notice): unknown {
  const resolved = status === 'resolved'
  const shown = alerts.slice(0, 10)
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            {
              type: 'TextBlock',
              size: 'Medium',
              weight: 'Bolder',
              wrap: true,
              color: resolved ? 'Good' : 'Attention',
              text: titleOf(status, alerts)
            },
            ...shown.map(({ labels, annotations }) => ({
              type: 'FactSet',
              facts: [
                { title: labels['alertname'] ?? 'alert', value: annotations['summary'] ?? '' },
                { title: 'impact', value: annotations['impact'] ?? '' }
              ]
            })),
            ...(alerts.length > shown.length ? [{ type: 'TextBlock', text: `and ${alerts.length - shown.length} more` }] : [])
          ],
          actions: ['runbook_url', 'dashboard_url'].flatMap((name) => {
            const url = alerts[0]?.annotations[name]
            return url && /^https?:/.test(url) ? [{ type: 'Action.OpenUrl', title: name.replace('_url', ''), url }] : []
          })
        }
      }
    ]
  }
}

/** At most 160 characters, as one message carries them. */
export function smsText({ status, alerts }: Notice): string {
  const text = titleOf(status, alerts)
  return text.length <= 160 ? text : `${text.slice(0, 157)}...`
}

function titleOf(status: string, alerts: Notice['alerts']): string {
  const first = alerts[0]
  const more = alerts.length > 1 ? ` (of ${alerts.length})` : ''
  return `${status === 'resolved' ? 'RESOLVED' : (first?.labels['priority'] ?? '')} ${first?.labels['environment'] ?? ''}: ${first?.annotations['summary'] ?? first?.labels['alertname'] ?? 'alert'}${more}`
}
