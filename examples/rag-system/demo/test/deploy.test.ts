// The deploy set: what must be in it, pinned, bounded, healthy, and without a secret in any file.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
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

it('has one Dockerfile without complaints: stages, a pinned base, no root', () => {
  const text = read('Dockerfile')
  expect(validate(text).map(({ message }) => message)).toEqual([])
  expect(text).toMatch(/ARG NODE_IMAGE=node:\d+\.\d+\.\d+-/)
  expect(text.match(/^FROM .* AS \w+$/gm)?.length).toBeGreaterThanOrEqual(3)
  const last = text.slice(text.lastIndexOf('\nFROM '))
  expect(last.lastIndexOf('USER node')).toBeLessThan(last.indexOf('\nCMD '))
  expect(last).not.toContain('USER root')
})

it('is taken by docker-compose where the machine has it', () => {
  const program = findProgram('docker-compose')
  if (!program) return void process.stderr.write('left out: docker-compose config, which needs docker-compose\n')
  for (const files of [['docker-compose.yml'], ['docker-compose.yml', 'docker-compose.dev.yml']]) {
    const output = execFileSync(program, [...files.flatMap((file) => ['-f', file]), 'config', '-q'], { cwd: folder, encoding: 'utf8' })
    expect(output).toBe('')
  }
})
