import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isRagError } from '@rag/core'
import { afterAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../src/config/load.js'
import { readSecret } from '../src/config/secrets.js'
import { type OpsConfig, resolveConfig } from '../src/index.js'
import { full } from './kit.js'

const folder = mkdtempSync(join(tmpdir(), 'rag-ops-config-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function refusal(change: object): { code: string; option: string | undefined; fix: string } {
  try {
    resolveConfig({ ...full, ...change } as OpsConfig)
  } catch (error) {
    if (isRagError(error)) return { code: error.code, option: error.option, fix: error.fix }
    throw error
  }
  throw new Error('nothing was refused')
}

const service = (change: object) => ({ services: { 'rag-engine': { role: 'rag', targets: ['rag-engine:9464'], ...change } } })

describe('ops.config.ts', () => {
  it.each([
    ['no services', { services: {} }, 'RAG_OPS_CONFIG', 'services'],
    ['an unknown field', { sevices: {} }, 'RAG_OPS_CONFIG', 'sevices'],
    ['a role that is none', service({ role: 'database' }), 'RAG_OPS_CONFIG', 'services.rag-engine.role'],
    ['a target without a port', service({ targets: ['rag-engine'] }), 'RAG_OPS_CONFIG', 'services.rag-engine.targets'],
    ['a name that would break a label', { services: { 'a"b': { role: 'rag', targets: ['a:1'] } } }, 'RAG_OPS_CONFIG', 'services.a"b'],
    ['an objective of 1', service({ slo: { availability: 1 } }), 'RAG_OPS_CONFIG', 'services.rag-engine.slo.availability'],
    [
      'a bound that is no bucket',
      service({ slo: { latency: { within: '1200ms' } } }),
      'RAG_OPS_SLO_BUCKET',
      'services.rag-engine.slo.latency.within'
    ],
    [
      'a bound that is no duration',
      service({ slo: { latency: { within: 'fast' } } }),
      'RAG_OPS_SLO_BUCKET',
      'services.rag-engine.slo.latency.within'
    ],
    ['more replicas at least than at most', service({ replicas: { min: 5, max: 2 } }), 'RAG_OPS_CONFIG', 'services.rag-engine.replicas'],
    ['no contacts', { contacts: undefined }, 'RAG_OPS_CONFIG', 'contacts'],
    ['nobody to wake', { contacts: { slack: { channel: '#ops', urlFile: '/run/slack' } } }, 'RAG_OPS_CONFIG', 'contacts'],
    [
      'a secret instead of a file',
      { contacts: { mail: full.contacts.mail, slack: { channel: '#o', urlFile: 'https://hooks.slack.com/services/T0/B0/x' } } },
      'RAG_OPS_SECRET',
      'contacts.slack.urlFile'
    ],
    ['a missing secret file', { contacts: { pagerduty: {} } }, 'RAG_OPS_CONFIG', 'contacts.pagerduty.routingKeyFile'],
    ['an RPO that is no duration', { backups: { nightly: { rpo: 'daily', rto: '1h' } } }, 'RAG_OPS_CONFIG', 'backups.nightly.rpo'],
    ['burn rates in the wrong order', { thresholds: { burnFast: 5 } }, 'RAG_OPS_CONFIG', 'thresholds'],
    ['an unknown threshold', { thresholds: { burn: 5 } }, 'RAG_OPS_CONFIG', 'thresholds.burn'],
    [
      'a window that ends before it starts',
      { changeWindows: [{ name: 'night', days: ['monday'], from: '22:00', to: '02:00' }] },
      'RAG_OPS_CONFIG',
      'changeWindows[0]'
    ],
    ['a day that is none', { workingHours: { days: ['mo:fr'] } }, 'RAG_OPS_CONFIG', 'workingHours.days'],
    ['an unknown time zone', { timeZone: 'Mars/Base' }, 'RAG_OPS_CONFIG', 'timeZone'],
    ['a version that is no target', { targets: { prometheus: '1.0' } }, 'RAG_OPS_CONFIG', 'targets.prometheus'],
    [
      'a metric whose name is taken',
      { metrics: [{ name: 'rag_build_info', kind: 'gauge', help: '' }] },
      'RAG_OPS_CONFIG',
      'metrics[0].name'
    ]
  ])('%s is refused with field and fix', (_, change, code, option) => {
    const error = refusal(change)
    expect(error).toMatchObject({ code, option })
    expect(error.fix.length).toBeGreaterThan(5)
  })

  it('names the nearest buckets of a bound that is none, and never shows a secret', () => {
    expect(refusal(service({ slo: { latency: { within: '1200ms' } } })).fix).toContain(`'1s'`)
    try {
      resolveConfig({
        ...full,
        contacts: { ...full.contacts, slack: { channel: '#o', urlFile: 'https://hooks.slack.com/services/PLANTED' } }
      })
    } catch (error) {
      expect(String((error as Error).message)).not.toContain('PLANTED')
    }
    expect.assertions(2)
  })

  it('is loaded from TypeScript, and a missing or broken file is named', async () => {
    await expect(loadConfig(undefined, folder)).rejects.toMatchObject({ code: 'RAG_OPS_CONFIG_FILE' })
    writeFileSync(join(folder, 'broken.ts'), 'export default {')
    await expect(loadConfig('broken.ts', folder)).rejects.toMatchObject({ code: 'RAG_OPS_CONFIG_FILE' })
    writeFileSync(
      join(folder, 'ops.config.ts'),
      `import type { OpsConfig } from '@rag/ops'\nconst port: number = 9464\nexport default { services: { api: { role: 'gateway', targets: [\`api:\${port}\`] } }, contacts: { mail: { to: 'ops@example.com', from: 'a@example.com', smarthost: 'smtp.example.com:25' } } } satisfies OpsConfig\n`
    )
    const { model, output } = await loadConfig(undefined, folder)
    expect(model.services[0]).toMatchObject({ name: 'api', availability: 0.999, latency: { seconds: 1, share: 0.95 } })
    expect(output).toBe(join(folder, 'ops'))
  })

  it('reads a secret only from a file that is there, not empty and not for everybody', () => {
    const file = join(folder, 'secret')
    expect(() => readSecret('contacts.sms.urlFile', file)).toThrow('RAG_OPS_SECRET_FILE')
    writeFileSync(file, ' \n', { mode: 0o400 })
    expect(() => readSecret('contacts.sms.urlFile', file)).toThrow('empty')
    const open = join(folder, 'open')
    writeFileSync(open, 'value', { mode: 0o644 })
    expect(() => readSecret('contacts.sms.urlFile', open)).toThrow('everybody')
    const good = join(folder, 'good')
    writeFileSync(good, 'value\n', { mode: 0o400 })
    expect(readSecret('contacts.sms.urlFile', good)).toBe('value')
  })
})
