// rag-ops init: writes a first ops.config.ts that generates and checks as it is.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RagError } from '@rag/core/errors'
import type { Command } from './types.js'

export const initCommand: Command = {
  usage: 'init [--force]               writes a first ops.config.ts',
  options: { force: { type: 'boolean' } },
  async run({ values, print }) {
    const file = join(process.cwd(), 'ops.config.ts')
    if (existsSync(file) && !values['force'])
      throw new RagError('RAG_OPS_ARGUMENT', {
        option: 'init',
        value: file,
        problem: 'there is one already',
        fix: 'edit it, or start over with --force'
      })
    writeFileSync(file, firstConfig(nameHere()))
    print('ops.config.ts is written. Next: put your services and contacts into it, then `rag-ops generate` and `rag-ops check`.')
    return 0
  }
}

function nameHere(): string {
  try {
    const { name } = JSON.parse(readFileSync(join(process.cwd(), 'package.json'), 'utf8')) as { name?: string }
    const plain = (name ?? '').replace(/^@[^/]+\//, '').toLowerCase()
    return /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(plain) ? plain : 'rag-engine'
  } catch {
    return 'rag-engine'
  }
}

function firstConfig(service: string): string {
  return `import type { OpsConfig } from '@rag/ops'

export default {
  environment: 'production',
  timeZone: 'UTC',
  services: {
    '${service}': {
      role: 'rag', // gateway, auth, document, rag, llm or frontend
      targets: ['${service}:9464'], // where its /metrics is
      slo: { availability: 0.999, latency: { within: '1s', share: 0.95 } },
      calls: ['openai'] // names of what it calls
    }
  },
  budgets: { daily: { window: '1d' } },
  backups: { 'backup-postgres': { rpo: '26h', rto: '1h' } },
  contacts: {
    // Secrets are files, never values.
    mail: { to: 'ops@example.com', from: 'alerts@example.com', smarthost: 'smtp.example.com:587' }
    // slack: { channel: '#ops', urlFile: '/run/secrets/slack' },
    // pagerduty: { routingKeyFile: '/run/secrets/pagerduty' }
  },
  escalation: { after: '30m' },
  workingHours: { days: ['monday:friday'], from: '09:00', to: '18:00' }
} satisfies OpsConfig
`
}
