// Vectors are made once a text and kept; a damaged file is made again.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { keptVectors } from '../src/vector-file.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vectors-'))
})
afterEach(() => rm(folder, { recursive: true }))

const embed = async (texts: readonly string[]) => texts.map((text) => Array.from({ length: 512 }, (_, index) => text.length + index / 2))
const fails = async () => {
  throw new Error('asked for vectors that are kept')
}

it('embeds each text once and gives the vectors in the order of the texts', async () => {
  const file = join(folder, 'deep', 'vectors.bin')
  const first = await keptVectors(['aa', 'b', 'aa'], embed, file)
  expect(first.embedded).toBe(2)
  expect(first.vectors.map(([value]) => value)).toEqual([2, 1, 2])
  const second = await keptVectors(['b', 'aa'], fails, file)
  expect(second).toEqual({ vectors: [first.vectors[1], first.vectors[0]], embedded: 0 })
})

it('makes them again when the file has another shape', async () => {
  const file = join(folder, 'vectors.bin')
  await writeFile(file, 'no vectors at all')
  expect((await keptVectors(['a'], embed, file)).embedded).toBe(1)
  expect((await keptVectors(['a'], fails, file)).embedded).toBe(0)
})

it('gives them also where nothing can be kept', async () => {
  const file = join(folder, 'a file', 'vectors.bin')
  await writeFile(join(folder, 'a file'), 'in the place of the folder')
  expect((await keptVectors(['aa'], embed, file)).vectors[0]?.[0]).toBe(2)
})
