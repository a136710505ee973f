// rag-ops bridge: runs the bridge to Teams, SMS and the dead-man's switch.
import { createBridge } from '../bridge/server.js'
import { loadConfig } from '../config/load.js'
import { readSecret, secretFiles } from '../config/secrets.js'
import type { Command } from './types.js'

export const bridgeCommand: Command = {
  usage: 'bridge [--host 127.0.0.1] [--port 9095]   carries notices to Teams and SMS',
  options: { host: { type: 'string' }, port: { type: 'string' } },
  async run({ values, print }) {
    const { model } = await loadConfig(values['config'] as string | undefined)
    // Fails now and not at the first alert.
    for (const { option, file } of secretFiles(model)) if (/teams|sms|deadman/.test(option)) readSecret(option, file)
    const server = createBridge(model)
    const port = Number(values['port'] ?? 9095)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, (values['host'] as string | undefined) ?? '127.0.0.1', resolve)
    })
    print(`listening on ${JSON.stringify(server.address())}`)
    await new Promise<void>((resolve) => server.once('close', resolve))
    return 0
  }
}
