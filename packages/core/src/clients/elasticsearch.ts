// The Elasticsearch client: every call goes through the transport of the instance.
import { activeOperation, startOperation, withOperation } from '../context.js'
import type { OperationRecord } from '../operation.js'
import { callOutcome, noteCall, placeOfCall, runCall } from './call.js'
import type { ClientSettings } from './observe-client.js'
import { patchMethod } from './patch.js'

interface Elasticsearch {
  transport: { request(parameters: TransportParameters, ...rest: unknown[]): unknown }
  /** Tells of every attempt, in the context of its call. */
  diagnostic?: { on(event: 'request', listener: Listener): unknown; off(event: 'request', listener: Listener): unknown }
}
type Listener = (error: unknown, attempt: { meta?: { attempts?: unknown } } | undefined) => void
interface TransportParameters {
  method?: string
  path?: string
  /** Name of the endpoint and parts of its path, from version 8.10. */
  meta?: { name?: string; pathParts?: { index?: unknown } }
}
/** What is read of an answer: the time the cluster took and the shards that failed. */
interface Answer {
  took?: unknown
  _shards?: { failed?: unknown }
  body?: Answer
}

export function isElasticsearch(client: object): boolean {
  const shape = client as { transport?: { request?: unknown }; search?: unknown; bulk?: unknown }
  return typeof shape.transport?.request === 'function' && typeof shape.search === 'function' && typeof shape.bulk === 'function'
}

export function observeElasticsearch(client: Elasticsearch, settings: ClientSettings): () => void {
  const undo = patchMethod(
    client.transport,
    'request',
    (original) =>
      function request(this: unknown, parameters: TransportParameters, ...rest: unknown[]) {
        const pass = () => Reflect.apply(original, this, [parameters, ...rest]) as unknown
        const place = placeOfCall()
        if (place === 'unrecorded') return pass()
        if (place) return noteCall(place, 'db.call', { system: 'elasticsearch', operation: nameOf(parameters) }, pass)
        const operation = startCall(parameters, settings)
        // The transport makes a span of its own for each call where a provider is registered: ours is the one.
        if (operation.observers.some(({ span }) => span !== undefined)) rest[0] = withoutOwnSpan(rest[0])
        return runCall(
          () => withOperation(operation, pass),
          (answer) => finish(operation, answer as Answer | undefined),
          (error) => operation.end(callOutcome(error), error)
        )
      } as never
  )
  const { diagnostic } = client
  diagnostic?.on('request', noteRetry)
  return () => {
    diagnostic?.off('request', noteRetry)
    undo()
  }
}

function withoutOwnSpan(options: unknown): unknown {
  if (options !== undefined && (typeof options !== 'object' || options === null)) return options
  return { ...options, openTelemetry: { enabled: false, ...(options as { openTelemetry?: object } | undefined)?.openTelemetry } }
}

function noteRetry(_error: unknown, attempt: { meta?: { attempts?: unknown } } | undefined): void {
  const attempts = attempt?.meta?.attempts
  const operation = activeOperation()
  if (typeof attempts === 'number' && attempts > 0 && operation?.kind === 'db') operation.mark('retry', { attempt: attempts })
}

function finish(operation: OperationRecord<'db'>, answer: Answer | undefined): void {
  const body = answer?.body ?? answer
  if (typeof body?.took === 'number') operation.set({ tookMs: body.took })
  if (typeof body?._shards?.failed === 'number') operation.set({ failedShards: body._shards.failed })
  operation.end('ok')
}

function nameOf({ method = 'GET', path = '/', meta }: TransportParameters): string {
  return meta?.name ?? endpointOf(method, path)
}

function startCall(parameters: TransportParameters, { observers, name }: ClientSettings): OperationRecord<'db'> {
  const { path = '/', meta } = parameters
  const operation = nameOf(parameters)
  const index = typeof meta?.pathParts?.index === 'string' ? meta.pathParts.index : indexOf(path)
  return startOperation(
    'db',
    index ? `${operation} ${index}` : operation,
    {
      system: 'elasticsearch',
      operation,
      collection: index,
      statement: undefined,
      namespace: undefined,
      host: undefined,
      port: undefined,
      peerService: name ?? 'elasticsearch',
      rows: undefined,
      batchSize: undefined,
      covers: true
    },
    observers
  )
}

/** `search` for `/documents/_search`; the method where the path names no endpoint. */
function endpointOf(method: string, path: string): string {
  const endpoint = path.split(/[/?]/).find((part) => /^_[a-z]/.test(part))
  return endpoint ? endpoint.slice(1, 41) : method.toLowerCase()
}

function indexOf(path: string): string | undefined {
  const first = decodeURIComponentSafe(path.split(/[/?]/)[1] ?? '')
  return first === '' || first.startsWith('_') ? undefined : first.slice(0, 100)
}

function decodeURIComponentSafe(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
