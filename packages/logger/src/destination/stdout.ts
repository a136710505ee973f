// Lines to stdout.
import { writeSync } from 'node:fs'
import type { Sink } from './sink.js'
import { openStandard } from './standard.js'
import { createWriter } from './writer.js'

export function createStdoutSink(bufferMs: number): Sink {
  let fd: number | undefined
  return createWriter({
    bufferMs,
    output: {
      name: 'stdout',
      write(bytes, offset, length) {
        fd ??= openStandard(1)
        return writeSync(fd, bytes, offset, length)
      },
      // The process ends with its stdout, not the logger.
      close() {}
    }
  })
}
