// Everything that has left the services, read back: expositions, log files, OTLP bodies.
import { readFile } from 'node:fs/promises'
import { parseExposition, type Sample } from './read/exposition.js'
import { type LogLine, parseLines } from './read/ndjson.js'
import type { ReadSpan } from './read/spans.js'
import type { System } from './system/system.js'

export interface ServiceReadings {
  readonly name: string
  readonly samples: readonly Sample[]
  readonly lines: readonly LogLine[]
  readonly spans: readonly ReadSpan[]
}

export interface Readings {
  readonly services: readonly ServiceReadings[]
  /** All text that left, to look for what should not have. */
  readonly text: readonly string[]
}

export async function takeReadings({ services, sink }: System): Promise<Readings> {
  const taken = await Promise.all(
    services.map(async ({ name, admin, log }) => {
      const [exposition, logText] = await Promise.all([fetch(metricsUrl(admin)).then((reply) => reply.text()), readFile(log, 'utf8')])
      return { name, exposition, logText }
    })
  )
  const spans = [...sink.spans]
  return {
    services: taken.map(({ name, exposition, logText }) => ({
      name,
      samples: parseExposition(exposition),
      lines: parseLines(logText),
      spans: spans.filter(({ service }) => service === name)
    })),
    text: [...taken.flatMap(({ exposition, logText }) => [exposition, logText]), ...sink.bodies.map((body) => body.toString('utf8'))]
  }
}

export function metricsUrl(admin: string): string {
  return new URL('/metrics', admin).href
}
