// The contract's application on Express; 4 and 5 differ only in the module.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type express5 from 'express'
import { expressErrors, observeExpress } from '../../src/express.js'
import type { Observer } from '../../src/index.js'
import { activeOperation } from '../../src/index.js'
import type { RunningAdapter } from '../../src/test-suite/index.js'

type Express = typeof express5

export async function startExpress(express: Express, mounts: readonly (readonly Observer[])[]): Promise<RunningAdapter> {
  const app = express()
  for (const observers of mounts) app.use(observeExpress(observers))
  app.get('/users/:id', (request, response) => void response.json({ id: request.params.id }))
  app.post('/echo', express.json(), (_request, response) => void response.json({ requestId: activeOperation()?.requestId }))
  const books = express.Router({ mergeParams: true })
  books.get('/books/:bookId', (_request, response) => void response.send('book'))
  books.get('/throw/:x', () => {
    throw new Error('boom')
  })
  app.use('/lib/:userId', books)
  app.get('/throw/:id', () => {
    throw new Error('boom')
  })
  app.get('/reject/:id', (_request, _response, next) => {
    Promise.reject(new Error('boom')).catch(next)
  })
  app.get('/never/:id', () => {})
  app.get('/late/:id', (_request, response) => void setTimeout(() => response.send('late'), 150))
  app.get('/stream/:id', (_request, response) => {
    response.write('a')
    setTimeout(() => response.end('b'), 60)
  })
  app.get('/endless/:id', (_request, response) => {
    const timer = setInterval(() => response.write('x'), 10)
    response.on('close', () => clearInterval(timer))
  })
  app.use(expressErrors())
  app.use(((_error, _request, response, _next) => {
    response.status((_error as { status?: number }).status ?? 500).send('failed')
  }) as express5.ErrorRequestHandler)
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}
