// rag-ops templates: the documents of operating, filled with what is known.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { loadConfig } from '../config/load.js'
import { prometheusAt, secondOf } from '../prometheus/client.js'
import { changeCalendar, changeRequest, continuityPlan, postMortem, releaseChecklist } from '../templates/documents.js'
import { incidentReport } from './incident.js'
import type { Command } from './types.js'

export const templatesCommand: Command = {
  usage:
    'templates [--from <time> --to <time>] [--out <folder>]   post-mortem, change request, release checklist, continuity plan, change calendar',
  options: { from: { type: 'string' }, to: { type: 'string' }, out: { type: 'string' }, prometheus: { type: 'string' } },
  async run({ values, print }) {
    const { model, output } = await loadConfig(values['config'] as string | undefined)
    const folder = (values['out'] as string | undefined) ?? join(output, '..', 'documents')
    const prometheus = prometheusAt((values['prometheus'] as string | undefined) ?? model.prometheusUrl)
    const to = secondOf('to', values['to'] as string | undefined, 'now')
    const filled = values['from'] !== undefined
    const from = secondOf('from', values['from'] as string | undefined, '-30d')
    const files = {
      'post-mortem.md': postMortem(filled ? await incidentReport(prometheus, from, to) : undefined),
      'change-request.md': changeRequest(model),
      'release-checklist.md': releaseChecklist(model),
      'continuity-plan.md': continuityPlan(model),
      'change-calendar.md': changeCalendar(
        model,
        filled
          ? await prometheus.query(
              `max by (service, version) (max_over_time(rag_release_timestamp_seconds[${Math.max(60, Math.round(to - from))}s]))`,
              to
            )
          : []
      )
    }
    mkdirSync(folder, { recursive: true })
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    print(
      `${Object.keys(files).length} documents in ${relative(process.cwd(), folder)}${filled ? '' : '; with --from they are filled from Prometheus'}`
    )
    return 0
  }
}
