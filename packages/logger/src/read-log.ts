// Reads log files back: clear, compressed or encrypted.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { RagError } from '@rag/core'
import type { Encryption } from './cipher.js'
import { KEY_LINE, openFrameReader } from './destination/frames.js'

export interface LogReadOptions {
  file: string
  /** Needed for an encrypted file. */
  encryption?: Encryption
  /** Told how many frames were begun and never finished, because a process was killed or a disk was full. Their lines were written again or lost. */
  onTorn?: (frames: number) => void
}

/**
 * The lines of one log file in order. A frame that a killed process has left unfinished is skipped and reported;
 * one that was changed, moved or taken out ends the reading with an error.
 *
 * @throws RagError `RAG_LOGGER_FILE_BROKEN`; the error of the file system when the file cannot be read
 * @example
 * for await (const line of readLogLines({ file: 'app.log', encryption })) console.log(JSON.parse(line).msg)
 */
export async function* readLogLines({ file, encryption, onTorn }: LogReadOptions): AsyncGenerator<string, void> {
  const bytes = createReadStream(file)
  const input = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes
  bytes.on('error', (error) => input.destroy(error))
  const reader = openFrameReader(encryption)
  let number = 0
  let torn = 0
  let problem: string | undefined
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++
    if (text === '') continue
    // What could not be read was the end of its opening, or it was tampered with.
    if (problem !== undefined) {
      if (!KEY_LINE.test(text)) throw broken(file, number - 1, problem)
      problem = undefined
      torn++
    }
    let lines: readonly string[] = []
    try {
      lines = (await reader.read(text))?.toString().split('\n').slice(0, -1) ?? []
    } catch (error) {
      problem = (error as Error).message
      if (text.endsWith('"}')) throw broken(file, number, problem)
    }
    yield* lines
  }
  if (problem !== undefined) torn++
  if (torn > 0) onTorn?.(torn)
}

function broken(file: string, line: number, problem: string): RagError {
  return new RagError('RAG_LOGGER_FILE_BROKEN', {
    option: 'file',
    value: file,
    problem: `line ${line}: ${problem}`,
    fix: 'check the key; if it is the right one, somebody has changed the file'
  })
}
