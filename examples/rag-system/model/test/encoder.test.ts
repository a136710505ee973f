// The encoder goes on when one of its processes is killed: what that one was at fails, and nothing else.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createEncoder } from '../src/encoder.js'

/** Gives the length of each text; the word `die` kills it. */
const SCRIPT = `process.on('message', ({ id, texts }) => {
  if (texts[0] === 'die') process.kill(process.pid, 'SIGKILL')
  else process.send({ id, vectors: texts.map((text) => Float32Array.of(text.length)) })
})
process.on('disconnect', () => process.exit())`

it('starts a killed process again for the next call', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rag-encoder-'))
  const script = join(folder, 'encoder.mjs')
  writeFileSync(script, SCRIPT)
  const encoder = createEncoder({ processes: 1, script })
  try {
    expect(await encoder.embed(['one', 'three'])).toEqual([Float32Array.of(3), Float32Array.of(5)])
    for (let time = 0; time < 2; time++) {
      const both = await Promise.allSettled([encoder.embed(['die']), encoder.embed(['behind it'])])
      const reason = new Error('the encoder ended with SIGKILL')
      expect(both).toEqual([
        { status: 'rejected', reason },
        { status: 'rejected', reason }
      ])
      expect(await encoder.embed(['again'])).toEqual([Float32Array.of(5)])
    }
  } finally {
    encoder.close()
    rmSync(folder, { recursive: true })
  }
})
