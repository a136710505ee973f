// What the shipping configurations are made for: one log file of one service, and where its lines go.
import { checkOptions, checkService, RagError } from '@rag/core'

export interface ShippingOptions {
  /** Name of the service; the data stream is called after it. */
  service: string
  /** Path of the log file that the service writes, with the preset `ecs`. @default /var/log/<service>/app.log */
  file?: string
  /** Address of Elasticsearch; only https, because lines go over the network. @default https://elasticsearch.example.com:9200 */
  url?: string
  /** Certificate of the authority that signed the server's. @default /etc/ssl/certs/ca-certificates.crt */
  caFile?: string
  /** Third part of the name of the data stream. @default 'default' */
  namespace?: string
}

/** Options with every default in place. */
export interface Target {
  service: string
  file: string
  url: URL
  caFile: string
  dataStream: string
}

/**
 * Checks the options that all shipping configurations share.
 *
 * @throws RagError `RAG_LOGGER_OPTION`, `RAG_CORE_SERVICE`, `RAG_CORE_UNKNOWN_OPTION`
 */
export function readTarget(factory: string, options: ShippingOptions): Target {
  const service = checkService(factory, (options as ShippingOptions | undefined)?.service)
  checkOptions(factory, options, ['service', 'file', 'url', 'caFile', 'namespace'])
  const {
    file = `/var/log/${service}/app.log`,
    url = 'https://elasticsearch.example.com:9200',
    caFile = '/etc/ssl/certs/ca-certificates.crt',
    namespace = 'default'
  } = options
  for (const [option, path] of Object.entries({ file, caFile })) {
    if (!/^\/[^\s"'`$\\{}[\],]+$/.test(path))
      throw wrong(option, path, 'this is no plain absolute path', 'give a path such as /var/log/rag-engine/app.log')
  }
  if (!/^[a-z0-9_.]{1,100}$/.test(namespace))
    throw wrong('namespace', namespace, 'no data stream can be called so', 'use small letters, digits, _ and .')
  return {
    service,
    file,
    url: secureUrl(url),
    caFile,
    dataStream: `logs-${service.toLowerCase().replace(/[^a-z0-9_.]/g, '_')}-${namespace}`
  }
}

function secureUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'https:' && url.username === '' && url.password === '') return url
  throw wrong(
    'url',
    text,
    'lines leave the host encrypted, and secrets stay out of configurations',
    'give an https address without a password'
  )
}

function wrong(option: string, value: unknown, problem: string, fix: string): RagError {
  return new RagError('RAG_LOGGER_OPTION', { option, value, problem, fix })
}
