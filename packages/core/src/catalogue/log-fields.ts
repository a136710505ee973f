// Every field that a log line of this SDK can have, as plain data: index templates, shipper configurations and docs are made from it.

/** How a field is indexed, named as in Elasticsearch; `unindexed` is kept and shown, but not searched. */
export type LogFieldType = 'date' | 'keyword' | 'text' | 'long' | 'double' | 'boolean' | 'flattened' | 'unindexed'

export interface LogField {
  /** Path in the `json` preset; null where that preset has no such field. */
  readonly json: string | null
  /** Path in the `ecs` preset; null where that preset has no such field. */
  readonly ecs: string | null
  readonly type: LogFieldType
  /** Which lines have it: every one, those of some work, errors, requests, or those from which something was left out. */
  readonly on: 'every' | 'work' | 'error' | 'request' | 'cut'
  readonly help: string
}

/** Fields of the SDK. What an application adds beside them is its own. */
export const logFields = [
  { json: 'time', ecs: '@timestamp', type: 'date', on: 'every', help: 'When it happened, UTC, ISO 8601 with milliseconds.' },
  { json: 'level', ecs: 'log.level', type: 'keyword', on: 'every', help: 'trace, debug, info, warn, error or fatal.' },
  { json: 'msg', ecs: 'message', type: 'text', on: 'every', help: 'What happened.' },
  { json: null, ecs: 'ecs.version', type: 'keyword', on: 'every', help: 'Version of the Elastic Common Schema.' },
  {
    json: 'lineId',
    ecs: 'event.id',
    type: 'keyword',
    on: 'every',
    help: 'Unique to the line; a shipper that sends twice is found out by it.'
  },
  { json: 'service', ecs: 'service.name', type: 'keyword', on: 'every', help: 'Who says it.' },
  { json: 'version', ecs: 'service.version', type: 'keyword', on: 'every', help: 'Version of the service.' },
  { json: 'environment', ecs: 'service.environment', type: 'keyword', on: 'every', help: 'Such as production or staging.' },
  {
    json: 'component',
    ecs: 'log.logger',
    type: 'keyword',
    on: 'every',
    help: 'Part of the service, from the `component` binding of a child.'
  },
  { json: 'requestId', ecs: 'http.request.id', type: 'keyword', on: 'work', help: 'The request that the work belongs to.' },
  { json: 'traceId', ecs: 'trace.id', type: 'keyword', on: 'work', help: 'The trace.' },
  { json: 'spanId', ecs: 'span.id', type: 'keyword', on: 'work', help: 'The span.' },
  { json: 'tenant', ecs: 'organization.id', type: 'keyword', on: 'work', help: 'The tenant that the application named.' },
  { json: 'user', ecs: 'user.id', type: 'keyword', on: 'work', help: 'The user that the application named.' },
  { json: 'tags', ecs: 'labels', type: 'flattened', on: 'work', help: 'Further marks that the application named.' },
  {
    json: 'fingerprint',
    ecs: 'error.grouping_key',
    type: 'keyword',
    on: 'error',
    help: 'The same for errors of one kind, whatever ids and numbers they hold.'
  },
  { json: 'err.type', ecs: 'error.type', type: 'keyword', on: 'error', help: 'Class of the error.' },
  { json: 'err.message', ecs: 'error.message', type: 'text', on: 'error', help: 'Message of the error.' },
  { json: 'err.stack', ecs: 'error.stack_trace', type: 'unindexed', on: 'error', help: 'Where it was thrown.' },
  { json: 'err.code', ecs: 'error.code', type: 'keyword', on: 'error', help: 'Code of the error.' },
  { json: 'err.cause', ecs: 'error.cause', type: 'unindexed', on: 'error', help: 'The error behind it, with its own cause.' },
  { json: 'err.errors', ecs: 'error.errors', type: 'unindexed', on: 'error', help: 'The errors that an AggregateError collects.' },
  { json: 'method', ecs: 'http.request.method', type: 'keyword', on: 'request', help: 'HTTP method.' },
  { json: 'route', ecs: 'http.route', type: 'keyword', on: 'request', help: 'Pattern of the route, or `unmatched`.' },
  { json: 'url', ecs: 'url.original', type: 'keyword', on: 'request', help: 'Path and masked query.' },
  {
    json: 'statusCode',
    ecs: 'http.response.status_code',
    type: 'long',
    on: 'request',
    help: 'HTTP status; 499 for an abort before the answer.'
  },
  { json: 'outcome', ecs: 'event.reason', type: 'keyword', on: 'request', help: 'ok, error, aborted or timeout.' },
  { json: null, ecs: 'event.outcome', type: 'keyword', on: 'request', help: 'success or failure.' },
  {
    json: 'durationMs',
    ecs: null,
    type: 'double',
    on: 'request',
    help: 'Milliseconds from the head of the request to the end of the answer.'
  },
  { json: null, ecs: 'event.duration', type: 'long', on: 'request', help: 'The same in nanoseconds.' },
  {
    json: 'firstByteMs',
    ecs: 'http.response.first_byte_ms',
    type: 'double',
    on: 'request',
    help: 'Milliseconds to the first byte of the answer.'
  },
  { json: 'requestBytes', ecs: 'http.request.body.bytes', type: 'long', on: 'request', help: 'Size of the body that came.' },
  { json: 'responseBytes', ecs: 'http.response.body.bytes', type: 'long', on: 'request', help: 'Size of the body that went.' },
  { json: 'error.type', ecs: null, type: 'keyword', on: 'request', help: 'Class of the error that failed the request.' },
  { json: 'error.message', ecs: null, type: 'text', on: 'request', help: 'Its message.' },
  { json: 'error.stack', ecs: null, type: 'unindexed', on: 'request', help: 'Where it was thrown.' },
  { json: 'error.code', ecs: null, type: 'keyword', on: 'request', help: 'Its code.' },
  { json: 'error.cause', ecs: null, type: 'unindexed', on: 'request', help: 'The error behind it.' },
  { json: 'error.errors', ecs: null, type: 'unindexed', on: 'request', help: 'The errors that an AggregateError collects.' },
  { json: 'slow', ecs: 'event.slow', type: 'boolean', on: 'request', help: 'True from the threshold for slow requests.' },
  { json: 'headers', ecs: 'http.request.headers', type: 'flattened', on: 'request', help: 'Chosen request headers, masked.' },
  { json: 'truncated', ecs: 'truncated', type: 'boolean', on: 'cut', help: 'True where fields did not fit the line.' },
  { json: 'unreadable', ecs: 'unreadable', type: 'boolean', on: 'cut', help: 'True where a field threw while it was read.' }
] as const satisfies readonly LogField[]
