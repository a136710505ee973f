// Makes the exits that the option or the environment names; packages that only some need are loaded when they are asked for.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
import { type Masker, RagError } from '@rag/core'
import { maskSpans } from '../mask-spans.js'
import { type Environment, namesIn } from '../options.js'
import { createEncoder } from '../otlp/encoder.js'
import { otlpJson } from '../otlp/json.js'
import { zipkinJson } from '../zipkin/json.js'
import { createConsoleExporter } from './console-exporter.js'
import type { Exit, QueueOptions } from './exit.js'
import { createHttpExit } from './http-exit.js'
import { createJsonEncoder } from './json-encoder.js'
import { createSdkExit } from './sdk-exit.js'

export type ExporterName = 'otlp' | 'zipkin' | 'jaeger' | 'console'
export type ExporterOption = ExporterName | SpanExporter | readonly (ExporterName | SpanExporter)[]

/** Where and how OTLP is sent; each defaults to its `OTEL_EXPORTER_OTLP_*` variable. */
export interface OtlpOptions {
  /** Full URL of the traces endpoint. */
  url?: string
  headers?: Record<string, string>
  /** @default 'http/protobuf' */
  protocol?: OtlpProtocol
}

export type OtlpProtocol = 'http/protobuf' | 'http/json' | 'grpc'

const KNOWN = 'otlp, zipkin, jaeger, console'

/** @throws RagError `RAG_TRACING_EXPORTER`, `RAG_TRACING_PEER`, `RAG_TRACING_ENDPOINT` */
export function createExits(
  option: ExporterOption | undefined,
  otlp: OtlpOptions,
  queue: QueueOptions,
  masker: Masker,
  env: Environment
): Exit[] {
  const named = namesIn(env['OTEL_TRACES_EXPORTER'])
  const given = option ?? (named.length > 0 ? named : 'otlp')
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  return list
    .filter((exporter) => exporter !== 'none' || option !== undefined)
    .map((exporter) => createExit(exporter, otlp, queue, masker, env))
}

function createExit(exporter: unknown, otlp: OtlpOptions, queue: QueueOptions, masker: Masker, env: Environment): Exit {
  switch (exporter) {
    case 'otlp':
      return otlpExit(otlp, queue, env)
    case 'console':
      return createSdkExit(createConsoleExporter(), queue, 'console exporter')
    case 'zipkin':
      return createHttpExit({
        name: 'Zipkin exporter',
        encoder: createJsonEncoder(zipkinJson),
        contentType: 'application/json',
        url: checkUrl(env['OTEL_EXPORTER_ZIPKIN_ENDPOINT'] ?? 'http://localhost:9411/api/v2/spans', 'OTEL_EXPORTER_ZIPKIN_ENDPOINT'),
        headers: {},
        queue
      })
    case 'jaeger': {
      const { JaegerExporter } = loadPeer('@opentelemetry/exporter-jaeger', exporter).loaded as {
        JaegerExporter: new (options: object) => SpanExporter
      }
      return createSdkExit(new JaegerExporter({ flushTimeout: 500 }), queue, 'Jaeger exporter')
    }
  }
  if (typeof exporter === 'object' && exporter !== null && typeof (exporter as SpanExporter).export === 'function')
    return createSdkExit(maskSpans(exporter as SpanExporter, masker), queue, exporter.constructor?.name)
  throw new RagError('RAG_TRACING_EXPORTER', {
    option: 'exporter',
    value: exporter,
    problem: 'this is no exporter',
    fix: `it takes ${KNOWN}, a SpanExporter or an array of those`
  })
}

function otlpExit({ url, headers, protocol }: OtlpOptions, queue: QueueOptions, env: Environment): Exit {
  const variable = (name: string): string | undefined =>
    env[`OTEL_EXPORTER_OTLP_TRACES_${name}`] || env[`OTEL_EXPORTER_OTLP_${name}`] || undefined
  const wanted = checkProtocol(protocol, variable('PROTOCOL'))
  if (wanted === 'grpc') return createSdkExit(grpcExporter(url, headers), queue, 'OTLP exporter (grpc)')
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT']
  const target =
    url ?? env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? (base ? `${base.replace(/\/+$/, '')}/v1/traces` : 'http://localhost:4318/v1/traces')
  const file = (name: string): Buffer | undefined => {
    const path = variable(name)
    try {
      return path === undefined ? undefined : readFileSync(path)
    } catch (cause) {
      throw new RagError('RAG_TRACING_TLS', {
        option: `OTEL_EXPORTER_OTLP_${name}`,
        value: path,
        problem: 'this file cannot be read',
        fix: 'name a PEM file that this process may read',
        cause
      })
    }
  }
  const tls = { ca: file('CERTIFICATE'), cert: file('CLIENT_CERTIFICATE'), key: file('CLIENT_KEY') }
  return createHttpExit({
    name: 'OTLP exporter',
    encoder: wanted === 'http/json' ? createJsonEncoder(otlpJson) : createEncoder(),
    contentType: wanted === 'http/json' ? 'application/json' : 'application/x-protobuf',
    url: checkUrl(target, 'otlp.url'),
    headers: { ...parseHeaders(variable('HEADERS')), ...headers },
    tls: definedOf(tls),
    gzip: variable('COMPRESSION')?.toLowerCase() === 'gzip',
    queue
  })
}

/** The SDK's exporter; it reads the variables itself and takes headers as metadata of its own gRPC library only. */
function grpcExporter(url: string | undefined, headers: OtlpOptions['headers']): SpanExporter {
  const { loaded, require } = loadPeer('@opentelemetry/exporter-trace-otlp-grpc', 'otlp over grpc')
  const { OTLPTraceExporter } = loaded as { OTLPTraceExporter: new (options: object) => SpanExporter }
  if (!headers) return new OTLPTraceExporter(definedOf({ url }))
  const { Metadata } = require('@grpc/grpc-js') as { Metadata: new () => { set(key: string, value: string): void } }
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(headers)) metadata.set(key, value)
  return new OTLPTraceExporter(definedOf({ url, metadata }))
}

function definedOf<T extends object>(given: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> }
}

const PROTOCOLS: readonly unknown[] = ['http/protobuf', 'http/json', 'grpc']

/** The option must be right; a variable that is not is left out, as the specification asks. */
function checkProtocol(option: unknown, variable: string | undefined): OtlpProtocol {
  if (option !== undefined && !PROTOCOLS.includes(option)) {
    throw new RagError('RAG_TRACING_EXPORTER', {
      option: 'otlp.protocol',
      value: option,
      problem: 'this is no protocol of OTLP',
      fix: `it takes 'http/protobuf', 'http/json' or 'grpc'`
    })
  }
  const wanted = option ?? variable?.toLowerCase()
  return PROTOCOLS.includes(wanted) ? (wanted as OtlpProtocol) : 'http/protobuf'
}

function checkUrl(text: string, option: string): URL {
  try {
    const url = new URL(text)
    if (url.protocol === 'http:' || url.protocol === 'https:') return url
  } catch {
    // Reported below.
  }
  throw new RagError('RAG_TRACING_ENDPOINT', {
    option,
    value: text,
    problem: 'this is no address of a collector',
    fix: `give an http or https URL such as 'http://localhost:4318/v1/traces'`
  })
}

/** `key=value,key=value`, percent-encoded, as the specification spells headers in a variable. */
function parseHeaders(text: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const pair of text?.split(',') ?? []) {
    const at = pair.indexOf('=')
    if (at <= 0) continue
    const value = pair.slice(at + 1).trim()
    try {
      headers[pair.slice(0, at).trim().toLowerCase()] = decodeURIComponent(value)
    } catch {
      headers[pair.slice(0, at).trim().toLowerCase()] = value
    }
  }
  return headers
}

/** A package beside ours, else one of the application, and what loads its own dependencies. */
function loadPeer(name: string, exporter: string): { loaded: unknown; require: NodeJS.Require } {
  let cause: unknown
  for (const from of [typeof __filename === 'string' ? __filename : import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      const near = createRequire(from)
      return { loaded: near(name), require: createRequire(near.resolve(name)) }
    } catch (error) {
      cause ??= error
    }
  }
  throw new RagError('RAG_TRACING_PEER', {
    option: 'exporter',
    value: exporter,
    problem: `it needs the package ${name}, which is not installed`,
    fix: `npm install ${name}`,
    cause
  })
}
