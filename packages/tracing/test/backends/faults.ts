// A collector (wire-level stub) in every bad state that backends get into, until it is healed.
import { type Collector, startOtlpCollector } from './collector.js'

export const FAULTS = ['stalled', 'slow', 'reset', '429', '500', '503', 'garbage', '200 MB'] as const
export type Fault = (typeof FAULTS)[number]

export interface FaultyCollector extends Collector {
  heal(): void
  relapse(): void
}

export async function startFaultyCollector(fault: Fault): Promise<FaultyCollector> {
  let broken = true
  const collector = await startOtlpCollector((request, response) => {
    if (!broken) return false
    switch (fault) {
      case 'stalled':
        return true
      case 'slow': {
        response.writeHead(200, { 'content-length': 1000 })
        const drip = setInterval(() => response.write('x'), 500)
        response.on('close', () => clearInterval(drip))
        return true
      }
      case 'reset':
        request.socket.resetAndDestroy()
        return true
      case '429':
        response.writeHead(429, { 'retry-after': '3600' }).end()
        return true
      case '500':
      case '503':
        response.writeHead(Number(fault)).end('broken')
        return true
      case 'garbage':
        request.socket.end('\u0000\u0001 this is no HTTP \r\n\r\n')
        return true
      case '200 MB': {
        response.writeHead(200, { 'content-type': 'application/x-protobuf' })
        const chunk = Buffer.alloc(1_000_000)
        let left = 200
        const send = (): void => {
          while (left-- > 0) if (!response.write(chunk)) return void response.once('drain', send)
          response.end()
        }
        send()
        return true
      }
    }
  })
  return Object.assign(collector, {
    heal() {
      broken = false
    },
    relapse() {
      broken = true
    }
  })
}
