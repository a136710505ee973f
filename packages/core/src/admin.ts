// The admin listener: pages for operators on a port of their own, off the port of the application.
import { createServer, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { answer } from './admin/answer.js'
import { checkAdminOptions, isLoopback } from './admin/options.js'
import { tokenCheck } from './admin/token.js'
import type { Admin, AdminOptions, AdminPage } from './admin/types.js'
import { RagError } from './errors.js'

export type { Admin, AdminOptions, AdminPage, AdminReply, AdminRequest, AdminTls } from './admin/types.js'

const DEFAULT_ADMIN_PORT = 9464

/**
 * Opens the admin listener. Nothing listens before this call.
 *
 * @throws RagError `RAG_CORE_ADMIN` when the options are wrong or the listener would be open to the network unprotected;
 * rejects with `RAG_CORE_ADMIN_LISTEN` when the port is in use or the address is not this machine's.
 * @example
 * const { url, close } = await startAdmin({ port: 9464, pages: { '/health': () => ({ body: 'ok' }) } })
 */
export async function startAdmin(options: AdminOptions & { pages: Readonly<Record<string, AdminPage>> }): Promise<Admin> {
  checkAdminOptions(options)
  const { port = DEFAULT_ADMIN_PORT, host = '127.0.0.1', token, tls, pages } = options
  const allowed = tokenCheck(token)
  const guarded = token !== undefined || tls?.ca !== undefined
  const local = isLoopback(host) && !guarded
  const listener: Parameters<typeof createServer>[1] = (request, response) => {
    void answer(request, response, { pages, allowed, local })
  }
  const server = tls
    ? createSecureServer({ ...tls, ...(tls.ca !== undefined && { requestCert: true, rejectUnauthorized: true }) }, listener)
    : createServer(listener)
  server.requestTimeout = 10_000
  server.headersTimeout = 5000
  server.maxConnections = 100
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await listen(server, port, host)
  // The listener serves the process; it never keeps it alive.
  server.unref()
  const { port: bound } = server.address() as AddressInfo
  let closing: Promise<void> | undefined
  return {
    url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close() {
      closing ??= new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      })
      return closing
    }
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE'
      reject(
        new RagError('RAG_CORE_ADMIN_LISTEN', {
          option: taken || cause.code === 'EACCES' ? 'port' : 'host',
          value: taken || cause.code === 'EACCES' ? port : host,
          problem: taken ? 'the port is in use' : `the listener cannot be opened (${cause.code ?? cause.message})`,
          fix: taken ? 'choose another port, or 0 for any free one' : 'use an address of this machine and a port above 1023',
          cause
        })
      )
    })
    server.listen({ port, host, exclusive: true }, () => {
      server.removeAllListeners('error')
      server.on('error', () => {})
      resolve()
    })
  })
}
