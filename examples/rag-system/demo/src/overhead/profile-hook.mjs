// Preloaded into a service: SIGUSR2 begins a CPU profile, a second one writes it to CPU_PROFILE_FOLDER.
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { join } from 'node:path'

const INTERVAL_US = 200
let session
process.on('SIGUSR2', () => {
  if (!session) {
    session = new Session()
    session.connect()
    session.post('Profiler.enable')
    session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US })
    return session.post('Profiler.start')
  }
  const ending = session
  session = undefined
  ending.post('Profiler.stop', (error, result) => {
    ending.disconnect()
    if (!error) writeFileSync(join(process.env.CPU_PROFILE_FOLDER, `${process.pid}.cpuprofile`), JSON.stringify(result.profile))
  })
})
