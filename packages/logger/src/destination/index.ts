// Makes the sink that the option `destination` asks for.
import { randomUUID } from 'node:crypto'
import { checkOptions, type Duration, durationMs, RagError } from '@rag/core'
import { checkEncryption, type Encryption } from '../cipher.js'
import { resourceOf } from '../otlp/encode.js'
import { type OtlpDestination, readOtlp } from '../otlp/options.js'
import { createOtlpSink } from '../otlp/sink.js'
import type { Preset } from '../shape.js'
import { type Size, sizeBytes } from '../size.js'
import { encryptFile } from './encrypted.js'
import { openLogFile } from './file.js'
import { joinSinks } from './join.js'
import { createRotatingFile } from './rotate.js'
import type { Sink } from './sink.js'
import { createStdoutSink } from './stdout.js'
import { createStreamSink, type LogStream } from './stream.js'
import { createWriter } from './writer.js'

/** A file that the logger writes. */
export interface FileDestination {
  /** Path of the file; its directory is made when it is missing. */
  file: string
  /** How long a line may wait before it is handed to the kernel. @default 0, the end of the turn of the event loop */
  buffer?: Duration
  /** When the file is moved aside. A period such as '1d' is counted in UTC. @default never */
  rotate?: { size?: Size; every?: Duration }
  /** Which rotated files are kept; one beyond any of these bounds is removed. @default all */
  keep?: { files?: number; age?: Duration; bytes?: Size }
  /** Compresses rotated files. @default false */
  gzip?: boolean
  /** Encrypts the file, frame by frame; {@link readLogLines} and `rag-audit decrypt` read it. @default not */
  encryption?: Encryption
  /** A signal on which the file is opened again, for a logrotate that sends one; a moved file is noticed within a second without it. */
  reopenOn?: NodeJS.Signals
  /** Permissions of a new file. @default 0o640, and 0o600 for an encrypted one */
  mode?: number
}

export type Destination = 'stdout' | LogStream | FileDestination | OtlpDestination | readonly Destination[]

const FILE_OPTIONS = ['file', 'encryption', 'rotate', 'keep', 'gzip', 'buffer', 'mode', 'reopenOn'] as const

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

function createFileSink(destination: FileDestination): Sink {
  checkOptions('destination', destination, FILE_OPTIONS)
  const { file, buffer = 0, mode, rotate, keep = {}, gzip = false, encryption, reopenOn } = destination
  checkOptions('destination.rotate', rotate ?? {}, ['size', 'every'])
  checkOptions('destination.keep', keep, ['files', 'age', 'bytes'])
  if (encryption) checkEncryption('destination.encryption', encryption)
  const opened = encryption ? encryptFile(openLogFile(file, mode ?? 0o600), encryption) : openLogFile(file, mode)
  const output = rotate
    ? createRotatingFile(opened, {
        bytes: rotate.size === undefined ? Number.POSITIVE_INFINITY : sizeBytes('destination.rotate.size', rotate.size),
        everyMs: rotate.every === undefined ? Number.POSITIVE_INFINITY : durationMs('destination.rotate.every', rotate.every),
        gzip,
        keep: {
          files: keep.files,
          ageMs: keep.age === undefined ? undefined : durationMs('destination.keep.age', keep.age),
          bytes: keep.bytes === undefined ? undefined : sizeBytes('destination.keep.bytes', keep.bytes)
        }
      })
    : opened
  const sink = createWriter({ output, bufferMs: durationMs('destination.buffer', buffer) })
  if (!reopenOn) return sink
  const reopen = (): void => sink.reopen?.()
  process.on(reopenOn, reopen)
  return {
    ...sink,
    async close(deadlineMs) {
      process.off(reopenOn, reopen)
      await sink.close(deadlineMs)
    }
  }
}
