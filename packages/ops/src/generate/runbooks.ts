// One Markdown runbook an alert: what it means, what to look at, what to do.
import { alertAreas } from '../alerts/index.js'
import type { Alert } from '../alerts/types.js'
import type { Model } from '../config/model.js'
import type { Artifacts } from './types.js'
import { NOTE } from './yaml.js'

const REACTION = {
  P0: 'Now, at any hour: it pages and sends an SMS.',
  P1: 'Now, at any hour: it pages.',
  P2: 'Within the working day.',
  P3: 'This week.',
  P4: 'When planning.'
}

export function generateRunbooks(model: Model): Artifacts {
  const files: Record<string, string> = { 'runbooks/README.md': index(model) }
  for (const { alerts } of alertAreas(model)) for (const alert of alerts) files[`runbooks/${alert.name}.md`] = runbook(model, alert)
  return files
}

/** Queries of runbooks, so that they are checked like all others. */
export function runbookQueries(model: Model): { alert: string; query: string }[] {
  return alertAreas(model).flatMap(({ alerts }) =>
    alerts.flatMap(({ name, runbook: { look } }) => look.map((query) => ({ alert: name, query })))
  )
}

function runbook(model: Model, alert: Alert): string {
  const list = (lines: readonly string[]) => lines.map((line) => `- ${line}`).join('\n')
  const query = (text: string) =>
    `- [\`${text.replaceAll('`', "'")}\`](${model.prometheusUrl}/graph?g0.expr=${encodeURIComponent(text)}&g0.tab=0)`
  return `<!-- ${NOTE} -->
# ${alert.name}

${alert.sentence}

| priority | type | reaction |
| --- | --- | --- |
| ${alert.priority} | ${alert.type} | ${REACTION[alert.priority]} |

## Usual causes

${list(alert.runbook.causes)}

## Look at

- [Dashboard](${model.grafanaUrl}/d/rag-${alert.dashboard})
${alert.runbook.look.map(query).join('\n')}

## Do

${list(alert.runbook.act)}

To quiet it while you work: \`amtool silence add alertname=${alert.name} --duration=1h --comment="who and why"\`${alert.priority === 'P1' ? `; its escalation: \`amtool silence add source_alert=${alert.name} --duration=1h --comment="who and why"\`` : ''}.

## The rule

\`\`\`promql
${alert.expr}
\`\`\`
`
}

function index(model: Model): string {
  const rows = alertAreas(model).flatMap(({ area, alerts }) =>
    alerts.map(({ name, priority, sentence }) => `| [${name}](${name}.md) | ${priority} | ${area} | ${sentence} |`)
  )
  return `<!-- ${NOTE} -->\n# Runbooks\n\n| alert | priority | area | what it says |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`
}
