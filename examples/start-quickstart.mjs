// Starts the two services of a quick-start, asks once, and shows what that left: the reply, the log lines, some metrics.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

const setup = new URL('../scripts/setup.mjs', import.meta.url)
if (existsSync(setup)) {
  const { ensureSetup } = await import(setup.href)
  await ensureSetup()
}

const url = 'http://127.0.0.1:3000/hello/ada'
const services = ['back', 'front'].map((name) => spawn(process.execPath, ['--import', 'tsx', `src/${name}.ts`], { stdio: 'inherit' }))
const ended = Promise.race(services.map((service) => new Promise((resolve) => service.once('exit', resolve))))
const stop = () => {
  for (const service of services) service.kill('SIGTERM')
}
let stopping = false
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    stopping = true
    stop()
  })

const ready = Promise.all([3000, 3001, 9464, 9465].map(listening))
const failed = await Promise.race([ready.then(() => undefined), ended])
if (failed !== undefined) {
  stop()
  process.exit(stopping ? 0 : 1)
}
console.log(`$ curl ${url}`)
console.log(await (await fetch(url)).text())
await pause(300)
for (const port of [9464, 9465]) {
  console.log(`$ curl -s http://127.0.0.1:${port}/metrics | grep request_duration_seconds_count`)
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  for (const line of metrics.split('\n').filter((line) => /request_duration_seconds_count/.test(line))) console.log(line)
}
if (process.argv.includes('--once')) stop()
else console.log('The services stay up; stop them with Ctrl-C.')
await ended
stop()

/** Waits until somebody listens on a port. */
async function listening(port) {
  const { connect } = await import('node:net')
  for (;;) {
    const open = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false))
      socket.unref().once('connect', () => socket.destroy())
    })
    if (open) return
    await pause(50)
  }
}
