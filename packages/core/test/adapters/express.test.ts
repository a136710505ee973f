import express from 'express'
import express4 from 'express4'
import { describe, expect, it } from 'vitest'
import { observeExpress } from '../../src/express.js'
import { request } from '../../src/test-suite/http-client.js'
import { httpAdapterContract, recordingObserver } from '../../src/test-suite/index.js'
import { startExpress } from './express-app.js'

const versions = { 'Express 5': express, 'Express 4': express4 }

for (const [name, module] of Object.entries(versions)) {
  describe(name, () => {
    for (const { name: behaviour, run } of httpAdapterContract({ name, start: (mounts) => startExpress(module, mounts) }))
      it(behaviour, run)

    async function routeOf(path: string, build: (app: ReturnType<typeof module>) => void): Promise<string> {
      const recorder = recordingObserver()
      const app = module()
      app.use(observeExpress([recorder]))
      build(app)
      const server = app.listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      await request((server.address() as { port: number }).port, path)
      const [operation] = await recorder.settled(1)
      server.close()
      server.closeAllConnections()
      return (operation!.attributes as { route: string }).route
    }
    const answer = (_request: unknown, response: { end(text: string): void }) => response.end('ok')

    it('keeps the mount of a sub-application, also when its handler throws', async () => {
      const build = (app: ReturnType<typeof module>) => {
        const sub = module()
        sub.get('/x/:y', answer as never)
        sub.get('/throw/:y', () => {
          throw new Error('boom')
        })
        app.use('/mnt/:tenant', sub)
      }
      expect(await routeOf('/mnt/acme/x/1', build)).toBe('/mnt/:tenant/x/:y')
      expect(await routeOf('/mnt/acme/throw/1', build)).toBe('/mnt/:tenant/throw/:y')
    })

    it('tells the mounts of one router apart', async () => {
      const build = (app: ReturnType<typeof module>) => {
        const router = module.Router()
        router.get('/items/:id', answer as never)
        app.use('/v1', router)
        app.use('/v2/:region', router)
      }
      expect(await routeOf('/v1/items/3', build)).toBe('/v1/items/:id')
      expect(await routeOf('/v2/eu/items/3', build)).toBe('/v2/:region/items/:id')
    })

    it('names a list of paths by the one that matched and a regular expression by its text', async () => {
      const build = (app: ReturnType<typeof module>) => {
        app.get(['/multi/:a', '/multi2/:a'], answer as never)
        app.get(/^\/re\/(\d+)$/, answer as never)
      }
      expect(await routeOf('/multi/5', build)).toBe('/multi/:a')
      expect(await routeOf('/multi2/5', build)).toBe('/multi2/:a')
      expect(await routeOf('/re/55', build)).toBe(String(/^\/re\/(\d+)$/))
    })

    it('keeps real values out of the route of a router three mounts deep', async () => {
      const build = (app: ReturnType<typeof module>) => {
        const [outer, middle, inner] = [module.Router(), module.Router(), module.Router()]
        inner.get('/', answer as never)
        middle.use('/c/:c', inner)
        outer.use('/b', middle)
        app.use('/a/:a', outer)
      }
      expect(await routeOf('/a/b/b/c/a', build)).toBe('/a/:a/b/c/:c')
    })

    /** What three requests to one server are answered, without us and with us. */
    async function bareAndObserved(build: (app: ReturnType<typeof module>) => void): Promise<[bare: string[], observed: string[]]> {
      const answers: [string[], string[]] = [[], []]
      for (const [index, bodies] of answers.entries()) {
        const app = module()
        if (index === 1) app.use(observeExpress([recordingObserver()]))
        build(app)
        const server = app.listen(0, '127.0.0.1')
        await new Promise((resolve) => server.once('listening', resolve))
        const { port } = server.address() as { port: number }
        for (let count = 0; count < 3; count++) bodies.push((await request(port, '/users/1')).body)
        server.close()
        server.closeAllConnections()
      }
      return answers
    }

    it('shows a middleware the same properties of request and reply as without it, on every request of a server', async () => {
      const [bare, observed] = await bareAndObserved((app) =>
        app.use((request, response) => void response.end([...Object.keys(request), '|', ...Object.keys(response)].sort().join()))
      )
      expect(bare[0]).toContain('baseUrl')
      expect(observed).toEqual(bare)
    })

    it('keeps an accessor that the application has put where all requests inherit it', async () => {
      const [bare, observed] = await bareAndObserved((app) => {
        Object.defineProperty(app.request, 'baseUrl', { configurable: true, get: () => '/mine', set: () => {} })
        app.get('/users/:id', (request, response) => void response.end(`at ${request.baseUrl}`))
      })
      expect(bare[0]).toBe(module === express ? 'at /mine' : 'at ')
      expect(observed).toEqual(bare)
    })

    it('calls a guard that answers unmatched', async () => {
      expect(await routeOf('/guard/7', (app) => app.use('/guard', answer as never))).toBe('unmatched')
    })
  })
}
