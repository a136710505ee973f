// Holds the table of passages, so that whoever searches has to wait: a slow answer whose cause is known.
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'

/** Long enough for the statement to be with the database. */
const SENT_MS = 100

/** Resolves when the lock is asked for; what it gives resolves when the lock is gone. */
export async function holdPassages(database: string, seconds: number): Promise<{ released: Promise<void> }> {
  const holder = new Client({ connectionString: database })
  await holder.connect()
  const held = holder.query(`BEGIN; LOCK TABLE rag_demo.passages IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(${seconds}); COMMIT`)
  await pause(SENT_MS)
  return { released: held.then(() => holder.end()) }
}
