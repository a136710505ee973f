// Starts the embedded database: PostgreSQL with pgvector in this process, in memory, spoken to over TCP by the ordinary `pg` client.
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

const port = Number(process.env.PORT ?? 5432)
const database = await PGlite.create({ extensions: { vector } })
const server = new PGLiteSocketServer({ db: database, host: '127.0.0.1', port, maxConnections: 10 })
await server.start()
console.log(JSON.stringify({ msg: 'listening', url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres` }))
