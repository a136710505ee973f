// Everything that has left the services, read back: expositions, log files, OTLP bodies.
import { readFile } from 'node:fs/promises'
import { parseExposition, type Sample } from './read/exposition.js'
import { type LogLine, parseLines } from './read/ndjson.js'
import type { ReadSpan } from './read/spans.js'
import type { System } from './system/system.js'

export interface ServiceReadings {
  readonly name: string
  readonly url: string
  readonly samples: readonly Sample[]
  readonly lines: readonly LogLine[]
  readonly spans: readonly ReadSpan[]
}

export interface Readings {
  readonly services: readonly ServiceReadings[]
  /** All text that left, to look for what should not have. */
  readonly text: readonly string[]
  /** Whether the frontend answered with its page. */
  readonly page: boolean
}

export async function takeReadings({ services, sink, service }: System): Promise<Readings> {
  // Figures first: whoever reads them has what waits recorded, so that the lines of it are in the files and its spans counted as waiting.
  const expositions = await Promise.all(services.map(({ admin }) => fetch(metricsUrl(admin)).then((reply) => reply.text())))
  const spans = [...sink.spans]
  const taken = await Promise.all(
    services.map(async ({ name, url, log }, index) => ({
      name,
      url,
      exposition: expositions[index]!,
      logText: await readFile(log, 'utf8')
    }))
  )
  const page = await fetch(service('frontend').url).then((reply) => reply.text())
  return {
    page: page.includes('<main'),
    services: taken.map(({ name, url, exposition, logText }) => ({
      name,
      url,
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
