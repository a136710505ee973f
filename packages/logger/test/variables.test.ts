import { afterEach, describe, expect, it, vi } from 'vitest'
import { readOptions } from '../src/options.js'
import { readOtlp } from '../src/otlp/options.js'

afterEach(() => vi.unstubAllEnvs())

describe('a variable', () => {
  it('that is empty or blank is not set', () => {
    vi.stubEnv('LOG_LEVEL', ' ')
    vi.stubEnv('NODE_ENV', '')
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'service.version=,deployment.environment.name=')
    expect(readOptions({ service: 's' })).toMatchObject({ level: 'info', version: undefined, environment: undefined })
  })

  it('is read without the blanks around it and in any case', () => {
    vi.stubEnv('LOG_LEVEL', ' DEBUG\n')
    expect(readOptions({ service: 's' }).level).toBe('debug')
  })

  it('of a collector that is empty leaves the word to the next one', () => {
    const { collector } = readOtlp(
      { otlp: true },
      {
        OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: '',
        OTEL_EXPORTER_OTLP_ENDPOINT: ' http://collector.example.com:4318// ',
        OTEL_EXPORTER_OTLP_LOGS_HEADERS: ' ',
        OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=a%20b'
      }
    )
    expect(String(collector.url)).toBe('http://collector.example.com:4318/v1/logs')
    expect(collector.headers).toEqual({ 'x-tenant': 'a b' })
    expect(String(readOtlp({ otlp: true }, { OTEL_EXPORTER_OTLP_ENDPOINT: '' }).collector.url)).toBe('http://localhost:4318/v1/logs')
  })
})
