// Pushgateway, for jobs that end before anybody scrapes them; https://github.com/prometheus/pushgateway
import { type Duration, durationMs, RagError } from '@rag/core'
import { CONTENT_TYPES } from '../exposition/format.js'
import { type Pusher, pusherOf } from './pusher.js'
import { send, targetUrl } from './send.js'

export interface PushgatewayOptions {
  /** Address of the gateway, such as `http://127.0.0.1:9091`. */
  url: string
  /** Label `job` of everything pushed. */
  job: string
  /** Further labels of the group. */
  grouping?: Readonly<Record<string, string>>
  headers?: Readonly<Record<string, string>>
  /** @default '5s' */
  timeout?: Duration
}

export interface Pushgateway {
  /** Replaces the group by what the metrics are now; false when the gateway refused or did not answer, which is counted. Never rejects. */
  push(): Promise<boolean>
  /** Removes the group from the gateway. */
  remove(): Promise<boolean>
}

const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/

/** @throws RagError `RAG_METRICS_PUSH`, `RAG_CORE_DURATION` */
export function pushgatewayOf(
  options: PushgatewayOptions,
  page: () => Promise<string>,
  warn: (message: string) => void
): Pusher & Pushgateway {
  const { url, job, grouping = {}, headers = {}, timeout = '5s' } = options ?? ({} as PushgatewayOptions)
  const base = targetUrl('url', url)
  const timeoutMs = durationMs('timeout', timeout)
  const refuse = (option: string, value: unknown, problem: string, fix: string): never => {
    throw new RagError('RAG_METRICS_PUSH', { option, value, problem, fix })
  }
  if (typeof job !== 'string' || job === '') refuse('job', job, 'the job has no name', "name it, such as 'backup'")
  for (const [label, value] of Object.entries(grouping)) {
    if (!LABEL.test(label) || label === 'job')
      refuse('grouping', label, 'this is no label of a group', 'use letters, digits and _, and not job')
    if (typeof value !== 'string') refuse(`grouping.${label}`, value, 'this is no text', 'give a string')
  }
  const path = [['job', job] as const, ...Object.entries(grouping)].map(([label, value]) => segment(label, value)).join('/')
  const target = new URL(`${base.pathname.replace(/\/$/, '')}/metrics/${path}`, base)
  target.search = base.search
  const ship = (method: 'PUT' | 'DELETE', body: string) =>
    send({ method, url: target, headers: { ...headers, 'content-type': CONTENT_TYPES.prometheus }, body, timeoutMs })
  const pusher = pusherOf('pushgateway', base.origin, warn, async () => ship('PUT', await page()))
  return { ...pusher, remove: async () => (await ship('DELETE', '')) === undefined }
}

/** A value that a path cannot hold goes as base64url. */
function segment(label: string, value: string): string {
  if (value !== '' && !value.includes('/')) return `${label}/${encodeURIComponent(value)}`
  return `${label}@base64/${value === '' ? '=' : Buffer.from(value).toString('base64url')}`
}
