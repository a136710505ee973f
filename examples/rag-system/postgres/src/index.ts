// Starts the embedded database: PostgreSQL with pgvector in this process, in memory, spoken to over TCP by the ordinary `pg` client.
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { serveWire } from './wire.js'

const database = await PGlite.create({ extensions: { vector } })
const { port } = await serveWire(database, { port: Number(process.env.PORT ?? 5432) })
console.log(JSON.stringify({ msg: 'listening', url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres` }))
