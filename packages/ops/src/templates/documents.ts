// The documents of operating a service, with what the configuration and Prometheus know already in them.
import type { Model } from '../config/model.js'
import { type Sample, stamp } from '../prometheus/client.js'

const hours = (seconds: number) => (seconds < 3600 ? `${seconds / 60} min` : `${Math.round(seconds / 360) / 10} h`)

export function postMortem(report: string | undefined): string {
  return `# Post-mortem

Owner: … · Status: draft · No blame: we ask how, not who.

${report ?? '_Run `rag-ops templates --from <time> --to <time>` to have impact, timeline and changes filled in._'}

## Root cause

Ask why until the answer is a thing that can be changed.

1. Why did users notice? …
2. Why did that happen? …
3. Why was it possible? …

## What went well, what did not, where we were lucky

…

## Detection

Which alert fired first, how long after the start, and would another have been earlier?

## Actions

| what prevents it, or finds it sooner | owner | due |
| --- | --- | --- |
| … | … | … |
`
}

export function changeRequest(model: Model): string {
  const windows = model.changeWindows.map(({ name, days, from, to }) => `${name} (${days.join(', ')} ${from}-${to} ${model.timeZone})`)
  return `# Change request

| field | value |
| --- | --- |
| type | standard / normal / emergency |
| services | ${model.services.map(({ name }) => name).join(' / ')} |
| what and why | … |
| window | ${windows.join('; ') || '… (ops.config.ts has no change window)'} |
| approved by | … |

## Risk

| question | answer |
| --- | --- |
| who is hit when it fails, and how many requests per second | … |
| can it be taken back without loss of data | yes / no |
| was it tested in staging | … |

Low: can be taken back at once, one service. Middle: several services or a migration. High: data can be lost, or no way back.

## Rollback

1. Sign that it is needed: ReleaseRegressed or CanaryWorse fires, or \`rag-ops release\` says WORSE.
2. Steps: …
3. Takes: … minutes. Last tried: …

## Afterwards

- [ ] \`rag-ops release --service <name> --at <time>\` says not worse
- [ ] users and callers were told
`
}

export function releaseChecklist(model: Model): string {
  return `# Release checklist

- [ ] version and notes are written; flags for what is risky are off
- [ ] tests and \`rag-ops check\` are green
- [ ] staging ran it with traffic; its dashboards are as before
- [ ] migrations can be taken back, or are only additions
- [ ] somebody is there for half an hour
- [ ] approved by …
- [ ] marker set (\`obs.release()\` or \`rag-ops release --marker <version>\`)
${model.services.map(({ name }) => `- [ ] \`rag-ops release --service ${name}\` after 30 minutes`).join('\n')}
- [ ] announced; feedback goes to …
`
}

export function continuityPlan(model: Model): string {
  const { contacts } = model
  const channels = [
    contacts.pagerduty && 'PagerDuty',
    contacts.sms && `SMS to ${contacts.sms.to.length} numbers`,
    contacts.slack && `Slack ${contacts.slack.channel}`,
    contacts.teams && 'Teams',
    contacts.mail && `mail to ${contacts.mail.to}`
  ].filter(Boolean)
  return `# Continuity and communication plan

Channels: ${channels.join(', ')}. A P1 that nobody answers is raised after ${model.escalateAfter}.

| role | who | deputy |
| --- | --- | --- |
| leads | … | … |
| repairs | … | … |
| speaks to users | … | … |

## What may be lost, how long it may take

| data | RPO | RTO | drilled every |
| --- | --- | --- | --- |
${model.backups.map(({ job, rpoSeconds, rtoSeconds, drillEverySeconds }) => `| ${job} | ${hours(rpoSeconds)} | ${hours(rtoSeconds)} | ${Math.round(drillEverySeconds / 86_400)} d |`).join('\n') || '| … (ops.config.ts names no backup) | | | |'}

## When it happens

| what | first step | then |
| --- | --- | --- |
| a zone is gone | nothing: pods spread over zones | watch capacity |
| the region is gone | restore in another one | switch DNS, tell users |
| the model provider is gone | failover model (LlmFailover shows it) | watch spend |
| data was deleted, by mistake or on purpose | stop writers, keep the backups | restore to the point before |

## Messages

- First, within 15 minutes: what users notice, since when, when we speak next.
- Every 30 minutes: what changed.
- Last: it is over, what was lost, when the post-mortem comes.
`
}

export function changeCalendar(model: Model, releases: readonly Sample[]): string {
  const rows = [...releases]
    .sort((a, b) => b.value - a.value)
    .map(({ metric, value }) => `| ${stamp(value)} | ${metric['service'] ?? ''} | ${metric['version'] ?? ''} |`)
  const windows = model.changeWindows.map(({ name, days, from, to }) => `- ${name}: ${days.join(', ')} ${from}-${to} ${model.timeZone}`)
  return `# Change calendar

## Windows

${windows.join('\n') || 'ops.config.ts has no change window.'}

## Releases (UTC)

| when | service | version |
| --- | --- | --- |
${rows.join('\n') || '| no marker in this time | | |'}
`
}
