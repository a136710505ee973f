// Checks the PostgreSQL that DATABASE_URL names: reachable, with pgvector. Afterwards the schema of the demo is removed from it.
import { Client } from 'pg'
import { DemoFailure } from './failure.js'

const EMBEDDED = 'or unset DATABASE_URL to use the embedded database'

/** @throws DemoFailure with the fix. */
export async function checkDatabase(url: string): Promise<void> {
  const client = clientOf(url)
  try {
    await client.connect()
  } catch (error) {
    throw new DemoFailure(
      `DATABASE_URL: no PostgreSQL answers (${reason(error)})`,
      `start it, correct the URL (postgres://user:password@host:5432/name), ${EMBEDDED}`
    )
  }
  try {
    const { rows } = await client.query<{ installed: boolean }>(
      "SELECT count(*) > 0 AS installed FROM pg_available_extensions WHERE name = 'vector'"
    )
    if (!rows[0]?.installed)
      throw new DemoFailure(
        'DATABASE_URL: this PostgreSQL has no pgvector',
        `install it on the server (package postgresql-<version>-pgvector, or the image pgvector/pgvector), ${EMBEDDED}`
      )
    await client.query('CREATE EXTENSION IF NOT EXISTS vector')
  } catch (error) {
    if (error instanceof DemoFailure) throw error
    throw new DemoFailure(
      `DATABASE_URL: pgvector cannot be used (${reason(error)})`,
      `run CREATE EXTENSION vector as a superuser of that database, ${EMBEDDED}`
    )
  } finally {
    await client.end()
  }
}

export async function dropSchema(url: string): Promise<void> {
  const client = clientOf(url)
  await client.connect()
  await client.query('DROP SCHEMA IF EXISTS rag_demo CASCADE')
  await client.end()
}

function clientOf(url: string): Client {
  try {
    return new Client({ connectionString: url, connectionTimeoutMillis: 3000 })
  } catch (error) {
    throw new DemoFailure(`DATABASE_URL is no URL (${reason(error)})`, `write it as postgres://user:password@host:5432/name, ${EMBEDDED}`)
  }
}

export function reason(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string }
  return message || code || String(error)
}
