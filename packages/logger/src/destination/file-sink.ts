// A sink over a log file, as the options of a file destination ask for it: rotated, compressed, encrypted, opened again.
import { checkOptions, type Duration, durationMs, RagError } from '@rag/core'
import { checkSignal } from '../check-signal.js'
import { checkEncryption, type Encryption } from '../cipher.js'
import { type Size, sizeBytes } from '../size.js'
import { encryptFile } from './encrypted.js'
import { openLogFile } from './file.js'
import { createRotatingFile } from './rotate.js'
import type { Sink } from './sink.js'
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
  /** Compresses rotated files, an hour after their rotation or `after` another time: until then a shipper that was away can read them. @default false */
  gzip?: boolean | { after?: Duration }
  /** Encrypts the file, frame by frame; {@link readLogLines} and `rag-audit decrypt` read it. @default not */
  encryption?: Encryption
  /** A signal on which the file is opened again, for a logrotate that sends one; a moved file is noticed within a second without it. */
  reopenOn?: NodeJS.Signals
  /** Permissions of a new file. @default 0o640, and 0o600 for an encrypted one */
  mode?: number
}

const OPTIONS = ['file', 'encryption', 'rotate', 'keep', 'gzip', 'buffer', 'mode', 'reopenOn'] as const

/** As long as a shipper may be away and still find every line under its own name. */
const GZIP_AFTER = '1h'

/** @throws RagError `RAG_LOGGER_DESTINATION`, `RAG_LOGGER_OPTION`, `RAG_CORE_DURATION`, `RAG_CORE_UNKNOWN_OPTION` */
export function createFileSink(destination: FileDestination): Sink {
  checkOptions('destination', destination, OPTIONS)
  const { file, buffer = 0, mode, rotate, keep = {}, gzip = false, encryption, reopenOn } = destination
  checkOptions('destination.rotate', rotate ?? {}, ['size', 'every'])
  checkOptions('destination.keep', keep, ['files', 'age', 'bytes'])
  if (!rotate && (gzip !== false || Object.keys(keep).length > 0)) {
    throw wrong(
      gzip !== false ? 'gzip' : 'keep',
      gzip !== false ? gzip : keep,
      'without rotate there are no rotated files',
      'give rotate too'
    )
  }
  if (reopenOn !== undefined) checkSignal('destination.reopenOn', reopenOn)
  if (encryption) checkEncryption('destination.encryption', encryption)
  const rotation = rotate && {
    bytes: rotate.size === undefined ? Number.POSITIVE_INFINITY : sizeBytes('destination.rotate.size', rotate.size),
    everyMs: rotate.every === undefined ? Number.POSITIVE_INFINITY : everyMs(rotate.every),
    gzipAfterMs: gzipAfter(gzip),
    keep: {
      files: keepFiles(keep.files),
      ageMs: keep.age === undefined ? undefined : durationMs('destination.keep.age', keep.age),
      bytes: keep.bytes === undefined ? undefined : sizeBytes('destination.keep.bytes', keep.bytes)
    }
  }
  // Half of the time is for lines in the making, half for lines that are made.
  const waitMs = durationMs('destination.buffer', buffer) / 2
  // Nothing is opened before every option is known to be right.
  const opened = encryption ? encryptFile(openLogFile(file, mode ?? 0o600), encryption) : openLogFile(file, mode)
  const output = rotation ? createRotatingFile(opened, rotation) : opened
  const sink = { ...createWriter({ output, bufferMs: waitMs }), waitMs }
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

function everyMs(every: Duration): number {
  const ms = durationMs('destination.rotate.every', every)
  if (ms > 0) return ms
  throw wrong('rotate.every', every, 'a file of no time would be rotated at every line', "give a time such as '1d'")
}

/** Milliseconds after which a rotated file is compressed; undefined when none is. */
function gzipAfter(gzip: NonNullable<FileDestination['gzip']>): number | undefined {
  if (gzip === false) return undefined
  if (gzip === true) return durationMs('destination.gzip.after', GZIP_AFTER)
  if (typeof gzip !== 'object' || gzip === null) {
    throw wrong('gzip', gzip, 'this does not say whether to compress', `give true, false, or { after: '1h' }`)
  }
  checkOptions('destination.gzip', gzip, ['after'])
  return durationMs('destination.gzip.after', gzip.after ?? GZIP_AFTER)
}

function keepFiles(files: number | undefined): number | undefined {
  if (files === undefined || (Number.isInteger(files) && files >= 0)) return files
  throw wrong('keep.files', files, 'this is no number of files', 'give a whole number from 0 up')
}

function wrong(option: string, value: unknown, problem: string, fix: string): RagError {
  return new RagError('RAG_LOGGER_DESTINATION', { option: `destination.${option}`, value, problem, fix })
}
