// Makes the sink that the option `destination` asks for.
import { randomUUID } from 'node:crypto'
import { RagError } from '@rag/core'
import { resourceOf } from '../otlp/encode.js'
import { type OtlpDestination, readOtlp } from '../otlp/options.js'
import { createOtlpSink } from '../otlp/sink.js'
import type { Preset } from '../shape.js'
import { createFileSink, type FileDestination } from './file-sink.js'
import { joinSinks } from './join.js'
import type { Sink } from './sink.js'
import { createStdoutSink } from './stdout.js'
import { createStreamSink, type LogStream } from './stream.js'

export type Destination = 'stdout' | LogStream | FileDestination | OtlpDestination | readonly Destination[]

/** @throws RagError `RAG_LOGGER_DESTINATION` for anything that is no destination. */
export function createSink(destination: Destination = 'stdout', speaker?: Speaker): Sink {
  if (destination === 'stdout') return createStdoutSink(0)
  if (Array.isArray(destination) && destination.length > 0)
    return joinSinks(destination.map((each: Destination) => createSink(each, speaker)))
  if (typeof destination === 'object' && destination !== null) {
    if ('write' in destination && typeof destination.write === 'function') return createStreamSink(destination)
    if ('otlp' in destination && speaker) return createOtlp(destination, speaker)
    if ('file' in destination && typeof destination.file === 'string' && destination.file !== '') return createFileSink(destination)
  }
  throw new RagError('RAG_LOGGER_DESTINATION', {
    option: 'destination',
    value: destination,
    problem: 'this is no destination',
    fix: `give 'stdout', a stream, { file: 'logs/app.log' }, { otlp: true }, or a list of these`
  })
}

/** Who speaks, and in which shape; a collector is told so. */
export interface Speaker {
  service: string
  version: string | undefined
  environment: string | undefined
  preset: Preset
}

function createOtlp(destination: OtlpDestination, { service, version, environment, preset }: Speaker): Sink {
  if (preset !== 'json') {
    throw new RagError('RAG_LOGGER_DESTINATION', {
      option: 'destination.otlp',
      value: preset,
      problem: 'records for a collector are made from the preset json',
      fix: `use preset: 'json', or another logger for the other preset`
    })
  }
  return createOtlpSink({ ...readOtlp(destination), resource: resourceOf(service, version, environment, randomUUID()) })
}
