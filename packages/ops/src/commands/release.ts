// rag-ops release: a marker, and the verdict on a version beside the one before.

import { RagError } from '@rag/core/errors'
import { loadConfig } from '../config/load.js'
import type { Model } from '../config/model.js'
import { type Prometheus, prometheusAt, secondOf } from '../prometheus/client.js'
import type { Command } from './types.js'

export const releaseCommand: Command = {
  usage:
    'release --service <name> [--at <time>] [--minutes 30] [--marker <release version>]   the verdict before/after, of the last release by default; with --marker it prints a marker for the textfile collector',
  options: {
    service: { type: 'string' },
    at: { type: 'string' },
    minutes: { type: 'string' },
    marker: { type: 'string' },
    prometheus: { type: 'string' }
  },
  async run({ values, print }) {
    const { model } = await loadConfig(values['config'] as string | undefined)
    const service = values['service'] as string | undefined
    if (!service || !model.services.some(({ name }) => name === service))
      throw new RagError('RAG_OPS_ARGUMENT', {
        option: 'service',
        value: service ?? 'missing',
        problem: 'ops.config.ts has no such service',
        fix: `use ${model.services.map(({ name }) => name).join(', ')}`
      })
    const given = values['at'] as string | undefined
    if (typeof values['marker'] === 'string') {
      print(markerOf(service, model.environment, values['marker'], secondOf('at', given, 'now')))
      return 0
    }
    const minutes = Number(values['minutes'] ?? 30)
    if (!(minutes > 0))
      throw new RagError('RAG_OPS_ARGUMENT', {
        option: 'minutes',
        value: values['minutes'],
        problem: 'this is no number of minutes',
        fix: 'give one above 0'
      })
    const prometheus = prometheusAt((values['prometheus'] as string | undefined) ?? model.prometheusUrl)
    const at = given === undefined ? await lastRelease(prometheus, service) : secondOf('at', given, 'now')
    const verdict = await releaseVerdict(prometheus, model, service, at, minutes)
    print(verdict.text)
    return verdict.worse === true ? 1 : verdict.worse === undefined ? 3 : 0
  }
}

/** A release marker in the text format, for a pushgateway or a textfile collector. Services that call `obs.release()` need none. */
export function markerOf(service: string, environment: string, version: string, second: number): string {
  const quoted = version.replace(/["\\\n]/g, '_')
  return `# TYPE rag_release_timestamp_seconds gauge\nrag_release_timestamp_seconds{service="${service}",environment="${environment}",version="${quoted}"} ${Math.round(second)}`
}

async function lastRelease(prometheus: Prometheus, service: string): Promise<number> {
  const [marker] = await prometheus.query(`max(rag_release_timestamp_seconds{service="${service}"})`)
  if (marker) return marker.value
  throw new RagError('RAG_OPS_ARGUMENT', {
    option: 'at',
    value: 'missing',
    problem: `Prometheus has no marker of a release of ${service}`,
    fix: 'give --at, call obs.release() in the service, or print a marker with --marker'
  })
}

/** `worse` is undefined when there was too little traffic to tell: that is no approval. */
export async function releaseVerdict(
  prometheus: Prometheus,
  model: Model,
  service: string,
  at: number,
  minutes: number
): Promise<{ worse: boolean | undefined; text: string }> {
  const end = Math.min(at + minutes * 60, Date.now() / 1000)
  const of = (more = '') => `{service="${service}"${more}}`
  const figure = async (expr: string, second: number) => (await prometheus.query(expr, second))[0]?.value
  const read = async (second: number, seconds: number) => {
    if (seconds < 1) return { rate: 0, errors: undefined, mean: undefined }
    const window = `${Math.floor(seconds)}s`
    const rate = `sum(rate(rag_http_server_requests_total${of()}[${window}]))`
    const errors = `sum(rate(rag_http_server_requests_total${of(', status_class="5xx"')}[${window}])) / (${rate} > 0)`
    const mean = `sum(rate(http_server_request_duration_seconds_sum${of()}[${window}])) / (sum(rate(http_server_request_duration_seconds_count${of()}[${window}])) > 0)`
    return { rate: (await figure(rate, second)) ?? 0, errors: await figure(errors, second), mean: await figure(mean, second) }
  }
  // Nothing of the time before counts as after.
  const [before, after] = [await read(at, minutes * 60), await read(end, end - at)]
  const { releaseTraffic, releaseErrors, releaseErrorMinimum, canaryWorse } = model.limits
  const enough = before.rate > releaseTraffic && after.rate > releaseTraffic && after.errors !== undefined && after.mean !== undefined
  const failing = (after.errors ?? 0) > releaseErrorMinimum && (after.errors ?? 0) > releaseErrors * (before.errors ?? 0)
  const slow = (after.mean ?? 0) > canaryWorse * (before.mean ?? Number.POSITIVE_INFINITY)
  const worse = enough ? failing || slow : undefined
  const percent = (value: number | undefined) => (value === undefined ? 'no data' : `${(value * 100).toFixed(2)} %`)
  const milliseconds = (value: number | undefined) => (value === undefined ? 'no data' : `${(value * 1000).toFixed(0)} ms`)
  const text = [
    `| ${service} | ${minutes} min before | after |`,
    '| --- | --- | --- |',
    `| requests per second | ${before.rate.toFixed(2)} | ${after.rate.toFixed(2)} |`,
    `| failed | ${percent(before.errors)} | ${percent(after.errors)} |`,
    `| mean duration | ${milliseconds(before.mean)} | ${milliseconds(after.mean)} |`,
    '',
    worse === undefined
      ? 'Verdict: not enough traffic to tell. That is no approval.'
      : worse
        ? `Verdict: WORSE (${[failing && 'it fails more', slow && 'it is slower'].filter(Boolean).join(', ')}). Roll back.`
        : 'Verdict: not worse.'
  ].join('\n')
  return { worse, text }
}
