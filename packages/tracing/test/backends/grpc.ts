// An OTLP/gRPC collector (wire-level stub) on the gRPC library of the official exporter.
import { createRequire } from 'node:module'

const fromExporter = createRequire(createRequire(import.meta.url).resolve('@opentelemetry/exporter-trace-otlp-grpc'))

interface Grpc {
  Server: new () => {
    addService(definition: object, methods: object): void
    bindAsync(address: string, credentials: unknown, done: (error: Error | null, port: number) => void): void
    forceShutdown(): void
  }
  ServerCredentials: { createInsecure(): unknown }
}

interface Received {
  request: Buffer
  metadata: { getMap(): Record<string, string | Buffer> }
}

export interface GrpcCollector {
  url: string
  bodies: Buffer[]
  /** Of each request. */
  headers: Record<string, string | Buffer>[]
  close(): Promise<void>
}

export async function startGrpcCollector(): Promise<GrpcCollector> {
  const grpc = fromExporter('@grpc/grpc-js') as Grpc
  const bodies: Buffer[] = []
  const headers: GrpcCollector['headers'] = []
  const server = new grpc.Server()
  const bytes = (body: Buffer): Buffer => body
  server.addService(
    {
      Export: {
        path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        requestStream: false,
        responseStream: false,
        requestSerialize: bytes,
        requestDeserialize: bytes,
        responseSerialize: bytes,
        responseDeserialize: bytes
      }
    },
    {
      Export({ request, metadata }: Received, done: (error: null, answer: Buffer) => void) {
        bodies.push(request)
        headers.push(metadata.getMap())
        done(null, Buffer.alloc(0))
      }
    }
  )
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound)))
  )
  return { url: `http://127.0.0.1:${port}`, bodies, headers, close: async () => server.forceShutdown() }
}
