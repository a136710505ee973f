// The answers: retrieval without results, falling scores, unhappy users.
import type { Model } from '../config/model.js'
import { BY, increaseOf, rateOf } from './expr.js'
import { kit, m } from './kit.js'
import type { Alert } from './types.js'

const AT = { stage: 'retrieve' }

export function qualityAlerts(model: Model): Alert[] {
  const { limits } = model
  const { counter, histogram } = kit(model)
  const retrievals = (phases: readonly (readonly [rate: number, empty: number, length: string])[]) => [
    counter(
      'rag_stage_documents_count',
      phases.map(([rate, , length]) => [rate, length] as const),
      AT
    ),
    counter(
      'rag_stage_empty_results_total',
      phases.map(([rate, empty, length]) => [rate * empty, length] as const),
      AT
    )
  ]
  const verdicts = (phases: readonly (readonly [rate: number, negative: number, length: string])[]) => [
    counter(
      'rag_feedback_total',
      phases.map(([rate, negative, length]) => [rate * negative, length] as const),
      { verdict: 'negative' }
    ),
    counter(
      'rag_feedback_total',
      phases.map(([rate, negative, length]) => [rate * (1 - negative), length] as const),
      { verdict: 'positive' }
    )
  ]
  const score = (offset = '') =>
    `sum by (${BY}, stage) (increase(rag_stage_top_score_sum[6h]${offset})) / (sum by (${BY}, stage) (increase(rag_stage_top_score_count[6h]${offset})) > 20)`
  const scores = (phases: readonly (readonly [score: number, length: string, perSixHours?: number])[]) =>
    histogram(
      'rag_stage_top_score',
      phases.map(([value, length, count = 2160]) => [{ [value]: count / 21_600 }, length]),
      AT
    ).filter(({ metric }) => !metric.endsWith('_bucket'))
  const enough = limits.feedbackVerdicts / 21_600
  return [
    {
      name: 'RetrievalEmpty',
      sentence: `Within 30 minutes more than ${limits.emptyResults} of the retrievals of a stage found nothing, at more than ${limits.retrievalTraffic} per second, for 15 minutes.`,
      priority: 'P2',
      type: 'quality',
      expr: `${rateOf('rag_stage_empty_results_total', '30m', 'stage')} / (${rateOf('rag_stage_documents_count', '30m', 'stage')} > ${limits.retrievalTraffic}) > ${limits.emptyResults}`,
      for: '15m',
      summary: 'The stage {{ $labels.stage }} of {{ $labels.service }} finds nothing',
      impact: '{{ $value | humanizePercentage }} of the retrievals are empty: answers have no sources.',
      dashboard: 'quality',
      runbook: {
        causes: ['an index that is empty or was switched', 'a filter that matches nothing', 'another embedding than the index has'],
        look: ['sum by (stage) (rate(rag_stage_empty_results_total[30m]))', 'rag_elasticsearch_index_documents'],
        act: ['Run a question that had an answer yesterday and follow its trace.']
      },
      tests: [
        {
          title: 'a tenth above, then as before',
          series: retrievals([
            [1, limits.emptyResults * 1.1, m(80)],
            [1, 0, m(40)]
          ]),
          expect: 'quiet 14m, fires 17m, fires 79m, quiet 86m',
          labels: AT
        },
        {
          title: 'half of the window is enough',
          series: retrievals([
            [1, 0, m(80)],
            [1, limits.emptyResults * 2, m(80)]
          ]),
          expect: 'quiet 108m, fires 112m',
          labels: AT
        },
        { title: 'a tenth below', series: retrievals([[1, limits.emptyResults * 0.9, m(80)]]), expect: 'quiet 79m' },
        { title: 'too few retrievals', series: retrievals([[limits.retrievalTraffic * 0.9, 1, m(80)]]), expect: 'quiet 79m' },
        {
          title: 'just enough retrievals',
          series: retrievals([[limits.retrievalTraffic * 1.1, 1, m(80)]]),
          expect: 'fires 79m',
          labels: AT
        }
      ]
    },
    {
      name: 'RetrievalScoreDrop',
      sentence: `Over 6 hours the mean best score of a stage is below ${limits.scoreDrop} of what it was in the same 6 hours of last week, with more than 20 retrievals in each, for 1 hour.`,
      priority: 'P3',
      type: 'quality',
      expr: `${score()} < ${limits.scoreDrop} * (${score(' offset 1w')})`,
      for: '1h',
      summary: 'The stage {{ $labels.stage }} finds worse matches',
      impact: 'The mean best score is {{ $value | humanize }}; it was at least a quarter higher a week ago.',
      dashboard: 'quality',
      runbook: {
        causes: ['a new embedding model', 'documents that were not indexed', 'other questions'],
        look: ['histogram_quantile(0.5, sum by (le, stage) (rate(rag_stage_top_score_bucket[1h])))'],
        act: ['Compare with the release markers; index again or take the change back.']
      },
      tests: [
        {
          title: 'clearly worse, then as good again',
          step: '30m',
          series: scores([
            [0.8, '7d'],
            [0.8 * limits.scoreDrop * 0.9, '3d'],
            [0.8, '1d']
          ]),
          expect: 'quiet 170h, fires 176h, fires 239h, quiet 247h',
          labels: AT
        },
        {
          title: 'worse from one moment to the next',
          step: '30m',
          series: scores([
            [0.8, '7d'],
            [0.1, '1d']
          ]),
          expect: 'quiet 170h, fires 170h30m',
          labels: AT
        },
        {
          title: 'a tenth within',
          step: '30m',
          series: scores([
            [0.8, '7d'],
            [0.8 * limits.scoreDrop * 1.1, '2d']
          ]),
          expect: 'quiet 190h, quiet 215h'
        },
        {
          title: 'too few retrievals now',
          step: '30m',
          series: scores([
            [0.8, '7d', 30],
            [0.2, '2d', 18]
          ]),
          expect: 'quiet 190h'
        },
        {
          title: 'too few retrievals last week',
          step: '30m',
          series: scores([
            [0.8, '7d', 18],
            [0.2, '2d', 30]
          ]),
          expect: 'quiet 190h'
        },
        {
          title: 'just enough retrievals',
          step: '30m',
          series: scores([
            [0.8, '7d', 22],
            [0.2, '2d', 22]
          ]),
          expect: 'fires 190h',
          labels: AT
        },
        {
          title: 'bad for two weeks is no drop',
          step: '30m',
          series: scores([
            [0.8, '2d'],
            [0.2, '12d']
          ]),
          expect: 'fires 212h, quiet 300h',
          labels: AT
        }
      ]
    },
    {
      name: 'NegativeFeedback',
      sentence: `Within 6 hours more than ${limits.negativeFeedback} of at least ${limits.feedbackVerdicts} verdicts of users were negative, for 30 minutes.`,
      priority: 'P3',
      type: 'quality',
      expr: `${increaseOf('rag_feedback_total{verdict="negative"}', '6h')} / (${increaseOf('rag_feedback_total', '6h')} >= ${limits.feedbackVerdicts}) > ${limits.negativeFeedback}`,
      for: '30m',
      summary: 'Users of {{ $labels.service }} are unhappy with its answers',
      impact: '{{ $value | humanizePercentage }} of the verdicts of six hours are negative.',
      dashboard: 'quality',
      runbook: {
        causes: ['a new prompt or model', 'worse retrieval'],
        look: [
          'sum by (verdict) (increase(rag_feedback_total[6h]))',
          'histogram_quantile(0.5, sum by (le, evaluation) (rate(rag_evaluation_score_bucket[6h])))'
        ],
        act: ['Read ten answers with a negative verdict; compare with the release markers.']
      },
      tests: [
        {
          title: 'a tenth above, then happy',
          step: '5m',
          series: verdicts([
            [0.01, limits.negativeFeedback * 1.1, '7h'],
            [0.01, 0, '3h']
          ]),
          expect: 'quiet 30m, fires 6h, quiet 8h20m',
          labels: {}
        },
        {
          title: 'half of the window is enough',
          step: '5m',
          series: verdicts([
            [0.01, 0, '7h'],
            [0.01, limits.negativeFeedback * 2, '7h']
          ]),
          expect: 'quiet 620m, fires 645m'
        },
        {
          title: 'a tenth below',
          step: '5m',
          series: verdicts([[0.01, limits.negativeFeedback * 0.9, '7h']]),
          expect: 'quiet 5h55m'
        },
        { title: 'too few verdicts', step: '5m', series: verdicts([[enough * 0.9, 1, '7h']]), expect: 'quiet 6h50m' },
        { title: 'just enough verdicts', step: '5m', series: verdicts([[enough * 1.1, 1, '8h']]), expect: 'fires 7h30m' }
      ]
    }
  ]
}
