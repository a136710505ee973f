// The reference: every metric with kind, labels and bounds, every threshold with unit and reason.

import type { Model } from '../config/model.js'
import { thresholds } from '../config/thresholds.js'
import type { Artifacts } from './types.js'
import { NOTE } from './yaml.js'

export function generateReference(model: Model): Artifacts {
  const metrics = Object.values(model.metrics)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, kind, help, labels = {}, buckets }) => {
      const bounds = Object.entries(labels).map(
        ([label, bound]) => `\`${label}\` (${'values' in bound ? bound.values.join(', ') : `≤ ${bound.max}`})`
      )
      return `| \`${name}\` | ${kind} | ${help} | ${bounds.join('; ')} | ${buckets?.join(', ') ?? ''} |`
    })
  const limits = Object.entries(thresholds).map(([name, { value, unit, reason }]) => {
    const own = model.limits[name as keyof typeof thresholds]
    return `| \`${name}\` | ${own}${own === value ? '' : ` (default ${value})`} | ${unit} | ${reason} |`
  })
  return {
    'reference.md': `<!-- ${NOTE} -->
# Reference

## Metrics

| metric | kind | what it says | labels | bucket bounds |
| --- | --- | --- | --- | --- |
${metrics.join('\n')}

## Thresholds

| threshold | value | unit | reason |
| --- | --- | --- | --- |
${limits.join('\n')}
`
  }
}
