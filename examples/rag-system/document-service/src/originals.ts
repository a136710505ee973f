// Keeps the uploaded files on the disk: written beside, forced out, then renamed, so that a half-written file is never taken for one.
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ServiceError } from '@rag-example/wire'

/** @throws ServiceError 507 when the disk is full. */
export async function keepOriginal(folder: string, id: string, bytes: Buffer): Promise<void> {
  const draft = join(folder, `${randomUUID()}.part`)
  try {
    await mkdir(folder, { recursive: true })
    const file = await open(draft, 'wx')
    try {
      await file.writeFile(bytes)
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

export async function removeOriginal(folder: string, id: string): Promise<void> {
  await rm(pathOf(folder, id), { force: true })
}

/** An id may hold any sign; a file name may not. */
function pathOf(folder: string, id: string): string {
  return join(folder, createHash('sha256').update(id).digest('hex'))
}
