// Keeps the uploads on the disk: written beside, forced out, then renamed, so that a half-written file is never taken for one. An index that was lost is made from them again.
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ServiceError } from '@rag-example/wire'

export interface Original {
  readonly id: string
  readonly type: string
  readonly bytes: Buffer
}

/** A line that says what it is, then the bytes as they came. @throws ServiceError 507 when the disk is full. */
export async function keepOriginal(folder: string, { id, type, bytes }: Original): Promise<void> {
  const draft = join(folder, `${randomUUID()}.part`)
  try {
    await mkdir(folder, { recursive: true })
    const file = await open(draft, 'wx')
    try {
      await file.writeFile(Buffer.concat([Buffer.from(`${JSON.stringify({ id, type })}\n`), bytes]))
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, pathOf(folder, id))
  } catch (error) {
    await rm(draft, { force: true })
    const { code } = error as { code?: string }
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
      throw new ServiceError(507, 'The disk of the document store is full. The document was not taken.', 60, { cause: error })
    throw error
  }
}

/** All that are kept, one after the other; a file that is none of them is passed over. */
export async function* originalsIn(folder: string): AsyncGenerator<Original> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.endsWith('.part')) continue
    const kept = await readFile(join(folder, name))
    const end = kept.indexOf('\n')
    const said = toldIn(kept.toString('utf8', 0, end))
    if (said) yield { ...said, bytes: kept.subarray(end + 1) }
  }
}

function toldIn(line: string): { id: string; type: string } | undefined {
  try {
    const { id, type } = JSON.parse(line) as Partial<Original>
    return typeof id === 'string' && typeof type === 'string' ? { id, type } : undefined
  } catch {
    return undefined
  }
}

export async function removeOriginal(folder: string, id: string): Promise<void> {
  await rm(pathOf(folder, id), { force: true })
}

/** An id may hold any sign; a file name may not. */
function pathOf(folder: string, id: string): string {
  return join(folder, createHash('sha256').update(id).digest('hex'))
}
