// The deploy set: what must be in it, pinned, bounded, healthy, and without a secret in any file.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { validate } from 'dockerfile-utils'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { readUsers } from '../../auth-service/src/users.js'
import { findProgram } from '../src/system/find-program.js'

interface ComposeService {
  image?: string
  profiles?: string[]
  mem_limit?: string
  healthcheck?: object
  build?: { dockerfile?: string; context?: string; args?: { SERVICE?: string } }
  secrets?: string[]
  volumes?: string[]
  command?: string[]
  ports?: string[]
  environment?: Record<string, string>
  depends_on?: Record<string, { condition: string }>
}
interface Compose {
  services: Record<string, ComposeService>
  volumes: Record<string, unknown>
  secrets: Record<string, { file: string }>
}

const folder = fileURLToPath(new URL('../../deploy/', import.meta.url))
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose
const development = parse(read('docker-compose.dev.yml'), { merge: true }) as Compose
const NINE = [
  'api-gateway',
  'auth-service',
  'document-service',
  'rag-engine',
  'llm-service',
  'postgres',
  'elasticsearch',
  'redis',
  'frontend'
]
const OWN = NINE.filter((name) => !['postgres', 'elasticsearch', 'redis'].includes(name))

it('starts exactly the nine services, and what watches them by profile alone', () => {
  const plain = Object.entries(compose.services).filter(([, { profiles }]) => !profiles)
  expect(plain.map(([name]) => name).sort()).toEqual([...NINE].sort())
  const watching = Object.entries(compose.services).filter(([, { profiles }]) => profiles?.includes('observability'))
  expect(watching.map(([name]) => name).sort()).toEqual(['alertmanager', 'grafana', 'jaeger', 'mail', 'prometheus'])
})

it.each(Object.entries(compose.services))('%s is pinned, bounded, healthy and reached from this machine alone', (name, service) => {
  if (OWN.includes(name)) {
    expect(service.build?.args?.SERVICE).toBe(name)
    expect(existsSync(join(folder, service.build!.context!, service.build!.dockerfile!))).toBe(true)
    // Its health check is in the image.
    expect(read('Dockerfile')).toContain('HEALTHCHECK')
  } else {
    expect(service.image).toMatch(/:v?\d+\.\d+\.\d+/)
    expect(service.healthcheck).toBeDefined()
  }
  expect(service.mem_limit).toMatch(/^\d+m$/)
  for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/)
  for (const volume of service.volumes ?? []) {
    const [from = ''] = volume.split(':')
    expect(from.startsWith('.') ? existsSync(join(folder, from)) : from in compose.volumes, volume).toBe(true)
  }
})

it('waits for what is healthy, keeps on volumes what must not be lost, and uses every volume', () => {
  for (const [name, { depends_on = {} }] of Object.entries(compose.services))
    for (const [other, { condition }] of Object.entries(depends_on)) {
      expect(condition, `${name} on ${other}`).toBe('service_healthy')
      expect(OWN.includes(other) || compose.services[other]?.healthcheck !== undefined, `${name} on ${other}`).toBe(true)
    }
  const named = (name: string) =>
    (compose.services[name]?.volumes ?? []).map((volume) => volume.split(':')[0]!).filter((from) => !from.startsWith('.'))
  expect(Object.fromEntries(NINE.filter((name) => named(name).length > 0).map((name) => [name, named(name)]))).toEqual({
    'auth-service': ['audit'],
    'document-service': ['documents'],
    elasticsearch: ['elasticsearch'],
    postgres: ['postgres'],
    redis: ['redis']
  })
  expect(new Set(Object.keys(compose.services).flatMap(named))).toEqual(new Set(Object.keys(compose.volumes)))
})

it('has no secret in an environment: each is named by a file', () => {
  const secret = /PASSWORD|SECRET|TOKEN|KEY|DATABASE_URL|USERS/
  const given = [...Object.values(compose.services), ...Object.values(development.services)].flatMap(({ environment = {} }) =>
    Object.entries(environment).filter(([name]) => secret.test(name))
  )
  expect(given.length).toBeGreaterThan(5)
  expect(given.filter(([name, value]) => !/_FILE$/.test(name) || !value.startsWith('/run/secrets/'))).toEqual([])
  const mounted = Object.values(compose.services).flatMap(({ environment = {}, secrets = [] }) =>
    Object.values(environment)
      .filter((value) => String(value).startsWith('/run/secrets/'))
      .map((value) => [value.slice('/run/secrets/'.length), secrets] as const)
  )
  expect(mounted.filter(([name, secrets]) => !secrets.includes(name))).toEqual([])
})

it('calls a container healthy by its admin listener and with its token, and no other', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'rag-health-'))
  const file = join(scratch, 'token')
  writeFileSync(file, 'a-token\n')
  let status = 200
  const server = createServer((request, response) => {
    const known = request.url === '/health' && request.headers.authorization === 'Bearer a-token'
    response.writeHead(known ? status : 401).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const check = async (variables: Record<string, string>) => {
    const child = spawn(process.execPath, [join(folder, 'healthcheck.mjs')], {
      env: { ...process.env, ADMIN_PORT: String(port), ADMIN_TOKEN: '', ADMIN_TOKEN_FILE: '', ...variables },
      stdio: 'ignore'
    })
    return (await once(child, 'exit'))[0] as number
  }
  const healthy = [await check({ ADMIN_TOKEN_FILE: file }), await check({ ADMIN_TOKEN: 'a-token' })]
  status = 503
  const ill = [await check({ ADMIN_TOKEN_FILE: file }), await check({}), await check({ ADMIN_TOKEN: 'a-token', ADMIN_PORT: '1' })]
  expect([healthy, ill]).toEqual([
    [0, 0],
    [1, 1, 1]
  ])
  server.close()
  rmSync(scratch, { recursive: true })
})

it('takes secrets from files that a script makes, and knows every one of them', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'rag-secrets-'))
  const script = join(folder, 'make-secrets.mjs')
  execFileSync(process.execPath, [script, scratch])
  const made = readdirSync(scratch)
  expect(
    Object.values(compose.secrets)
      .map(({ file }) => file.replace('./secrets/', ''))
      .sort()
  ).toEqual(made.sort())
  const used = Object.values(compose.services).flatMap(({ secrets }) => secrets ?? [])
  expect([...new Set(used)].sort()).toEqual(Object.keys(compose.secrets).sort())
  expect(readUsers(readFileSync(join(scratch, 'users.json'), 'utf8'))).toHaveLength(2)
  // A second run changes nothing.
  const before = made.map((name) => readFileSync(join(scratch, name), 'utf8'))
  execFileSync(process.execPath, [script, scratch])
  expect(made.map((name) => readFileSync(join(scratch, name), 'utf8'))).toEqual(before)
  rmSync(scratch, { recursive: true })
  expect(read('.gitignore')).toContain('secrets/')
})

it('overrides for development with watch, an inspector each, and the tests as a service', () => {
  const inspectors = OWN.map((name) => {
    const service = development.services[name]!
    expect(service.command).toEqual(['node', '--watch', '--inspect=0.0.0.0:9229', '--import', 'tsx', 'src/index.ts'])
    for (const volume of service.volumes ?? [])
      if (volume.startsWith('.')) expect(existsSync(join(folder, volume.split(':')[0]!)), volume).toBe(true)
    return service.ports![0]
  })
  expect(new Set(inspectors).size).toBe(OWN.length)
  expect(development.services['tests']?.command).toEqual(['npm', 'test', '--', 'examples'])
})

it('has one Dockerfile, of which the linter of dockerfile-utils says nothing, and hadolint nothing where the machine has it', () => {
  expect(validate(read('Dockerfile')).map(({ message }) => message)).toEqual([])
  const program = findProgram('hadolint')
  if (!program) return void process.stderr.write('left out: hadolint, which this machine does not have\n')
  expect(execFileSync(program, ['--no-color', join(folder, 'Dockerfile')], { encoding: 'utf8' })).toBe('')
})

it('keeps the rules of hadolint that an image like this one can break, as this test understands them', () => {
  const text = read('Dockerfile')
  const [head = '', ...stages] = text.split(/^(?=FROM )/m)
  expect(stages.length).toBeGreaterThanOrEqual(3)
  // DL3006, DL3007: a base is pinned, or a stage above; DL3024: their names are unique.
  expect(head).toMatch(/^ARG NODE_IMAGE=node:\d+\.\d+\.\d+-[a-z-]+$/m)
  const names: string[] = []
  for (const stage of stages) {
    const [, base = '', name = ''] = /^FROM (\S+) AS (\S+)\n/.exec(stage)!
    expect(['${NODE_IMAGE}', ...names]).toContain(base)
    expect(names).not.toContain(name)
    // DL3022: what is copied from is a stage above.
    for (const [, from = ''] of stage.matchAll(/^COPY --from=(\S+)/gm)) expect(names).toContain(from)
    // DL3045: a relative place has a folder that is set; DL3000: and that is absolute.
    for (const [, folderOf = ''] of stage.matchAll(/^WORKDIR (\S+)/gm)) expect(folderOf).toMatch(/^\//)
    names.push(name)
  }
  // DL3002, DL4006 and the like: nobody is root in the end, and no pipe hides a failure.
  expect(text).not.toMatch(/^USER (root|0)\b/m)
  expect(stages.filter((stage) => stage.startsWith('FROM ${NODE_IMAGE}')).every((stage) => /^USER node$/m.test(stage))).toBe(true)
  // A volume takes its owner from the folder that it is mounted over.
  expect(
    stages
      .filter((stage) => stage.startsWith('FROM ${NODE_IMAGE}'))
      .every((stage) => /mkdir .*\/data\b.*chown node:node .*\/data\b/.test(stage))
  ).toBe(true)
  const commands = [...text.matchAll(/^RUN (.*)$/gm)].map(([, command = '']) => command)
  expect(commands.filter((command) => /(?<!\|)\|(?!\|)|\bcd \/|\bsudo\b|\bcurl\b|\bwget\b|\bapt(-get)?\b/.test(command))).toEqual([])
  // DL3016: what npm installs has a version. DL3059: no two RUN in a row. DL3020: no ADD. DL3025: commands as lists, one a stage (DL4003, DL3012).
  expect(commands.flatMap((command) => [...command.matchAll(/npm install --global (\S+)/g)].map(([, what]) => what))).toEqual([
    'pnpm@10.34.9'
  ])
  expect(text).not.toMatch(/^RUN .*\n(#.*\n)*RUN /m)
  expect(text).not.toMatch(/^(ADD|MAINTAINER) /m)
  for (const stage of stages)
    for (const instruction of ['CMD', 'HEALTHCHECK', 'ENTRYPOINT'])
      expect([...stage.matchAll(new RegExp(`^${instruction} `, 'gm'))].length).toBeLessThan(2)
  for (const [, command = ''] of text.matchAll(/\bCMD (.*)$/gm)) expect(Array.isArray(JSON.parse(command))).toBe(true)
  // DL3048 and secrets: nothing that looks like one stands in the image.
  expect(text).not.toMatch(/^(ENV|ARG) .*(TOKEN|PASSWORD|SECRET|KEY)[A-Z_]*=/m)
})

it('is taken by docker-compose where the machine has it', () => {
  const program = findProgram('docker-compose')
  if (!program) return void process.stderr.write('left out: docker-compose config, which needs docker-compose\n')
  for (const files of [['docker-compose.yml'], ['docker-compose.yml', 'docker-compose.dev.yml']]) {
    const output = execFileSync(program, [...files.flatMap((file) => ['-f', file]), 'config', '-q'], { cwd: folder, encoding: 'utf8' })
    expect(output).toBe('')
  }
})
