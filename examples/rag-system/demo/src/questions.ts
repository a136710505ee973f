// What the demo asks the gateway: ordinary questions, repeats, and the three that go wrong.
import { randomBytes } from 'node:crypto'

export interface PlannedQuestion {
  readonly kind: 'plain' | 'stream' | 'repeat' | 'meaning' | 'upload' | 'secret' | 'abort' | 'fail'
  readonly question: string
  readonly model?: string
}

/** A secret that nobody owns, made anew in each run. */
export function madeUpSecret(): string {
  return ['sk', 'proj', randomBytes(30).toString('base64url').replace(/[-_]/g, 'x')].join('-')
}

const PLAIN = [
  'How do I parse and serialize HTTP cookies?',
  'How do I generate an ETag for a response?',
  'Which HTTP router uses a radix tree and supports wildcards?',
  'How do I use a fast in memory work queue with a concurrency limit?',
  'Which Redis client for Node.js supports cluster, sentinel and pipelining?',
  'How do I record histograms and counters for Prometheus?'
]
const STREAMED = [
  'What is Fastify and why does it lower the cost of infrastructure?',
  'How do I stringify circular objects deterministically?',
  'How do I query PostgreSQL from pure JavaScript?'
]
const ABORTED = 'How can I stream a file from the file system as an HTTP response with range support?'
const FAILING = 'Which JSON schema validator is the fastest?'

/** Says the same as one of the plain ones. */
const PARAPHRASE = 'How do I generate an ETag for my response?'

/** A document that the demo uploads, and the question that only it answers. */
export const HANDBOOK = {
  id: 'handbook.md',
  markdown:
    '# Handbook of the Kestrel observatory\n\nThe dome of the Kestrel observatory opens at dusk. Its night guard is called Barnaby, and he feeds the owls at midnight.\n',
  question: 'Who is the night guard of the Kestrel observatory?'
}

export function plannedQuestions(secret: string): PlannedQuestion[] {
  return [
    ...PLAIN.map((question) => ({ kind: 'plain', question }) as const),
    ...STREAMED.map((question) => ({ kind: 'stream', question }) as const),
    { kind: 'secret', question: `My key is ${secret}. How do I redact secrets from objects with safe and fast paths?` },
    { kind: 'abort', question: ABORTED },
    { kind: 'fail', question: FAILING, model: 'no-such-model' },
    { kind: 'upload', question: HANDBOOK.question },
    { kind: 'meaning', question: PARAPHRASE },
    ...PLAIN.slice(0, 4).map((question) => ({ kind: 'repeat', question }) as const),
    { kind: 'repeat', question: STREAMED[0]! }
  ]
}
