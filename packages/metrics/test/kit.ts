// What the tests share: operations of each kind, and the page as a map of samples.
import { type Attributes, type Kind, type Observer, type Operation, type Outcome, startOperation } from '@rag/core'

const server: Attributes['server'] = {
  method: 'GET',
  route: '/users/:id',
  path: '/users/7',
  query: '',
  scheme: 'http',
  statusCode: 200,
  firstByteMs: 4,
  requestBytes: 100,
  responseBytes: 2000,
  peerAddress: undefined,
  protocol: '1.1',
  headers: undefined,
  special: undefined
}

const DEFAULTS: Attributes = {
  server,
  client: {
    method: 'POST',
    host: 'api.example.com',
    port: 443,
    scheme: 'https',
    path: '/',
    query: '',
    statusCode: 200,
    peerService: 'billing',
    requestBytes: 1,
    responseBytes: 2
  },
  db: {
    system: 'postgresql',
    operation: 'SELECT',
    collection: 'docs',
    statement: undefined,
    namespace: undefined,
    host: 'localhost',
    port: 5432,
    peerService: 'postgresql',
    rows: 1,
    batchSize: undefined
  },
  llm: {
    provider: 'openai',
    model: 'small-1',
    responseModel: undefined,
    operation: 'chat',
    stream: true,
    usage: {
      inputTokens: 120,
      outputTokens: 30,
      cacheReadTokens: 20,
      cacheWriteTokens: undefined,
      cacheWrite1hTokens: undefined,
      reasoningTokens: 5,
      audioInputTokens: undefined,
      audioOutputTokens: undefined
    },
    costUsd: 0.002,
    timeToFirstTokenMs: 300,
    attempts: 3,
    status: 200,
    errorType: undefined,
    estimated: false,
    host: 'llm.example.com'
  },
  cache: { cache: 'answers', operation: 'load', layer: undefined, size: 1, hit: undefined },
  stage: { documents: 0, topScore: 0.8 },
  job: { maxAgeMs: 60_000, sizeBytes: 4096 },
  tool: {},
  agent: {}
}

/** Announces one finished operation. */
export function announce<K extends Kind>(
  observer: Observer,
  kind: K,
  { name = kind, attributes = {}, outcome }: { name?: string; attributes?: Partial<Attributes[K]>; outcome?: Outcome } = {}
): Operation<K> {
  const operation = startOperation(kind, name, { ...DEFAULTS[kind], ...attributes } as Attributes[K], [observer])
  operation.end(outcome)
  return operation
}

/** The samples of a page by name with labels. */
export function samples(page: string): Map<string, number> {
  const map = new Map<string, number>()
  for (const line of page.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const match = /^([^ {]+(?:\{.*?\})?) (\S+)(?: # .*)?$/.exec(line)
    if (!match) throw new Error(`no sample: ${line}`)
    if (map.has(match[1]!)) throw new Error(`twice on the page: ${match[1]}`)
    map.set(match[1]!, Number(match[2]!.replace('Inf', 'Infinity')))
  }
  return map
}

/** The names of the families of a page. */
export function families(page: string): string[] {
  return [...page.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]!)
}

/** The code of the error that a call throws. */
export function codeOf(fn: () => unknown): string | undefined {
  try {
    fn()
    return undefined
  } catch (error) {
    return (error as { code?: string }).code
  }
}

const KINDS = ['server', 'client', 'db', 'llm', 'cache', 'stage', 'job', 'tool', 'agent'] as const

/** One finished operation of every kind, with more observers beside; each took `ms` when that is given. */
export function announceAll(observer: Observer, others: readonly Observer[] = [], ms?: number): void {
  for (const kind of KINDS) {
    const operation = startOperation(kind, kind, DEFAULTS[kind], [...others, observer])
    // The clock that durations come from is set back.
    if (ms !== undefined) Object.defineProperty(operation, 'startMark', { value: performance.now() - ms })
    operation.end()
    if (ms !== undefined) Object.defineProperty(operation, 'durationMs', { value: ms })
  }
}
