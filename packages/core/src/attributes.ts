// The typed attributes of each kind of operation. Producers fill them in; observers read them.

/** A value that every exit can carry. */
export type Value = string | number | boolean | readonly string[] | readonly number[] | readonly boolean[] | null | undefined
/** Free attributes, as `mark()` and application-defined stages take them. */
export interface Values {
  [name: string]: Value
}

/** What a service does. */
export type Kind = 'server' | 'client' | 'db' | 'llm' | 'cache' | 'stage' | 'job' | 'tool' | 'agent'
/** How an operation ended. */
export type Outcome = 'ok' | 'error' | 'aborted' | 'timeout'

/** A request that this process answers. */
export interface ServerAttributes {
  method: string
  /** The matched pattern with its mounts, such as `/lib/:userId/books/:bookId`; `unmatched` when nothing matched. */
  route: string
  /** The path as it was asked for, without the query. */
  path: string
  /** The raw query without `?`; every exit masks it. */
  query: string
  scheme: 'http' | 'https'
  /** 499 when the client went away before the head of the reply was sent. */
  statusCode: number
  /** Milliseconds until the head of the reply was written; undefined when none was. */
  firstByteMs: number | undefined
  /** Size of the request body in bytes as announced by the client. */
  requestBytes: number | undefined
  /** Size of the reply body in bytes; for a chunked reply as it went over the wire. */
  responseBytes: number | undefined
  peerAddress: string | undefined
  protocol: string
  /** The header object of the request, for observers that log headers; masked at the exit. */
  headers: Readonly<Record<string, string | string[] | undefined>> | undefined
  /** `upgrade` for a connection that left HTTP, `rejected` for a request the parser refused. */
  special: 'upgrade' | 'rejected' | undefined
}

/** An HTTP request that this process sends. */
export interface ClientAttributes {
  method: string
  host: string
  port: number | undefined
  scheme: string
  path: string
  query: string
  statusCode: number | undefined
  /** The dependency this call goes to; the host name unless the application names it. */
  peerService: string
  requestBytes: number | undefined
  responseBytes: number | undefined
}

/** A call to a data store. */
export interface DbAttributes {
  /** OpenTelemetry `db.system.name`, such as `redis`, `postgresql`, `elasticsearch`. */
  system: string
  operation: string
  /** Table, index or key space; never a key. */
  collection: string | undefined
  /** The statement without its literals. */
  statement: string | undefined
  namespace: string | undefined
  host: string | undefined
  port: number | undefined
  peerService: string
  rows: number | undefined
  /** Number of commands in a pipeline or batch. */
  batchSize: number | undefined
  /** Milliseconds that the store says it took, without queues and network. */
  tookMs?: number
  failedShards?: number
  /** Milliseconds that the caller waited for a connection of the pool. */
  waitMs?: number | undefined
  /** Took longer than the `slow` of its client. */
  slow?: boolean | undefined
  /** Of the statement without literals; set when it was slow. */
  fingerprint?: string
  /** The plan of a slow statement as JSON, without values. */
  plan?: string
  /** Where a message goes: a queue or topic. Set for what is no data store but a broker. */
  destination?: string
  /** Status of the answer, where the interface is HTTP. */
  statusCode?: number
  /** Calls below are events of this one: the transport of the client is HTTP, say. */
  covers?: boolean
}

/** Token counts of one model call: input includes cached tokens, output includes reasoning; unknown is undefined, never 0. */
export interface LlmUsage {
  inputTokens: number | undefined
  outputTokens: number | undefined
  cacheReadTokens: number | undefined
  cacheWriteTokens: number | undefined
  cacheWrite1hTokens: number | undefined
  reasoningTokens: number | undefined
  audioInputTokens: number | undefined
  audioOutputTokens: number | undefined
}

/** One logical call of a model, whatever number of attempts it took. */
export interface LlmAttributes {
  provider: string
  model: string
  responseModel: string | undefined
  /** OpenTelemetry `gen_ai.operation.name`: `chat`, `embeddings`, `generate_content`, ... */
  operation: string
  stream: boolean
  usage: LlmUsage
  /** Price of the call in USD; undefined when the model or its usage is unknown. */
  costUsd: number | undefined
  timeToFirstTokenMs: number | undefined
  attempts: number
  status: number | undefined
  errorType: string | undefined
  /** True when the producer estimated counts that the provider did not tell; the usage here holds none of them. */
  estimated: boolean
  host: string | undefined
}

/** A round trip of the cache that is worth a record: a load, a Redis round trip, an invalidation. */
export interface CacheAttributes {
  cache: string
  operation: 'load' | 'get' | 'set' | 'delete' | 'invalidate'
  layer: 'memory' | 'redis' | undefined
  /** Number of keys. */
  size: number | undefined
  hit: boolean | undefined
}

/** A step of a RAG pipeline. */
export interface StageAttributes extends Values {
  topK?: number | undefined
  /** Documents found, kept or written. */
  documents?: number | undefined
  /** Best relevance score of what was found. */
  topScore?: number | undefined
  index?: string | undefined
}

/** A scheduled piece of work. */
export interface JobAttributes extends Values {
  /** Milliseconds after which a missing success is late. */
  maxAgeMs?: number | undefined
  /** Size in bytes of what the job made. */
  sizeBytes?: number | undefined
}

export interface ToolAttributes extends Values {
  /** OpenTelemetry `gen_ai.tool.type`. */
  type?: string | undefined
  callId?: string | undefined
}

export interface AgentAttributes extends Values {
  agentId?: string | undefined
}

export interface Attributes {
  server: ServerAttributes
  client: ClientAttributes
  db: DbAttributes
  llm: LlmAttributes
  cache: CacheAttributes
  stage: StageAttributes
  job: JobAttributes
  tool: ToolAttributes
  agent: AgentAttributes
}
