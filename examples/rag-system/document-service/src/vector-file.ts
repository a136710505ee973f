// Keeps the vectors of the corpus between runs, in node_modules/.cache, each under the hash of its text.
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const FILE = fileURLToPath(new URL('../../../../node_modules/.cache/rag-example/vectors.bin', import.meta.url))
const DIMENSIONS = 512
const HASH_BYTES = 32
const RECORD_BYTES = HASH_BYTES + DIMENSIONS * 4

/** The vectors of all texts, in their order; `embed` makes those that are not in the file. */
export async function keptVectors(
  texts: readonly string[],
  embed: (missing: readonly string[]) => Promise<readonly (readonly number[])[]>,
  file = FILE
): Promise<{ vectors: number[][]; embedded: number }> {
  const kept = await read(file)
  const keys = texts.map((text) => createHash('sha256').update(text).digest('hex'))
  const missing = [...new Map(keys.map((key, index) => [key, texts[index]!]))].filter(([key]) => !kept.has(key))
  if (missing.length > 0) {
    const made = await embed(missing.map(([, text]) => text))
    for (const [index, [key]] of missing.entries()) kept.set(key, Float32Array.from(made[index]!))
    // Where nothing can be written, such as on a read-only file system, the next run makes them again.
    await write(file, new Map(keys.map((key) => [key, kept.get(key)!]))).catch(() => {})
  }
  return { vectors: keys.map((key) => [...kept.get(key)!]), embedded: missing.length }
}

async function read(file: string): Promise<Map<string, Float32Array>> {
  const bytes = await readFile(file).catch(() => Buffer.alloc(0))
  const kept = new Map<string, Float32Array>()
  // A file of another shape is no error: the vectors are made again.
  if (bytes.length % RECORD_BYTES !== 0) return kept
  for (let at = 0; at < bytes.length; at += RECORD_BYTES) {
    const vector = Float32Array.from({ length: DIMENSIONS }, (_, index) => bytes.readFloatLE(at + HASH_BYTES + index * 4))
    kept.set(bytes.toString('hex', at, at + HASH_BYTES), vector)
  }
  return kept
}

async function write(file: string, kept: ReadonlyMap<string, Float32Array>): Promise<void> {
  const bytes = Buffer.alloc(kept.size * RECORD_BYTES)
  let at = 0
  for (const [key, vector] of kept) {
    bytes.write(key, at, 'hex')
    for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, at + HASH_BYTES + index * 4)
    at += RECORD_BYTES
  }
  await mkdir(dirname(file), { recursive: true })
  // Two demos at once: the last one wins, and nobody reads half a file.
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, bytes)
  await rename(draft, file)
}
