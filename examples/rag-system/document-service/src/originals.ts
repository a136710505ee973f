// Keeps the uploads on the disk: written beside and forced out, renamed when they are in the index. A half-written file is never taken for one; an index that was lost is made from them again.
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ServiceError } from '@rag-example/wire'

export interface Original {
  readonly id: string
  readonly type: string
  readonly bytes: Buffer
}

/** An original that is on the disk, and not yet in the place of the one before it. */
export interface Draft {
  /** Puts it there; resolves when no loss of power takes it back. */
  keep(): Promise<void>
  /** Removes it. */
  drop(): Promise<void>
}

/** A line that says what it is, then the bytes as they came. @throws ServiceError 507 when the disk is full. */
export async function draftOriginal(folder: string, { id, type, bytes }: Original): Promise<Draft> {
  const draft = join(folder, `${randomUUID()}.part`)
  const drop = () => rm(draft, { force: true })
  try {
    await mkdir(folder, { recursive: true })
    await writeThrough(draft, Buffer.concat([Buffer.from(`${JSON.stringify({ id, type })}\n`), bytes]))
  } catch (error) {
    await drop()
    const { code } = error as { code?: string }
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
      throw new ServiceError(507, 'The disk of the document store is full. The document was not taken.', 60, { cause: error })
    throw error
  }
  return {
    async keep() {
      await rename(draft, pathOf(folder, id))
      await syncFolder(folder)
    },
    drop
  }
}

async function writeThrough(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The new name of a file is on the disk when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** All that are kept, one after the other; a file that is none of them is passed over. */
export async function* originalsIn(folder: string): AsyncGenerator<Original> {
  for (const name of (await readdir(folder).catch(unlessMissing)) ?? []) {
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
  await syncFolder(folder).catch(unlessMissing)
}

/** A folder that nothing was kept in is not there. */
function unlessMissing(error: unknown): undefined {
  if ((error as { code?: string }).code !== 'ENOENT') throw error
}

/** An id may hold any sign; a file name may not. */
function pathOf(folder: string, id: string): string {
  return join(folder, createHash('sha256').update(id).digest('hex'))
}
