// The Elasticsearch client: every call goes through the transport of the instance.
import { activeOperation, startOperation, withOperation } from '../context.js'
import type { OperationRecord } from '../operation.js'
import { outcomeOf } from '../work.js'
import { isCovered } from './fetch.js'
import type { ClientSettings } from './observe-client.js'
import { patchMethod } from './patch.js'

interface Elasticsearch {
  transport: { request(parameters: TransportParameters, ...rest: unknown[]): unknown }
}
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
  return patchMethod(
    client.transport,
    'request',
    (original) =>
      function request(this: unknown, parameters: TransportParameters, ...rest: unknown[]) {
        const pass = () => Reflect.apply(original, this, [parameters, ...rest]) as unknown
        const outer = activeOperation()
        if (outer && isCovered(outer)) return pass()
        const operation = startCall(parameters, settings)
        const result = withOperation(operation, pass)
        if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') {
          operation.end('ok')
          return result
        }
        ;(result as PromiseLike<Answer>).then(
          (answer) => finish(operation, answer),
          (error: unknown) => operation.end(outcomeOf(error), error)
        )
        return result
      } as never
  )
}

function finish(operation: OperationRecord<'db'>, answer: Answer | undefined): void {
  const body = answer?.body ?? answer
  if (typeof body?.took === 'number') operation.set({ tookMs: body.took })
  if (typeof body?._shards?.failed === 'number') operation.set({ failedShards: body._shards.failed })
  operation.end('ok')
}

function startCall({ method = 'GET', path = '/', meta }: TransportParameters, { observers, name }: ClientSettings): OperationRecord<'db'> {
  const operation = meta?.name ?? endpointOf(method, path)
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
      batchSize: undefined
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
