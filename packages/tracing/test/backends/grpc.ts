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

export async function startGrpcCollector(): Promise<{ url: string; bodies: Buffer[]; close(): Promise<void> }> {
  const grpc = fromExporter('@grpc/grpc-js') as Grpc
  const bodies: Buffer[] = []
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
      Export({ request }: { request: Buffer }, done: (error: null, answer: Buffer) => void) {
        bodies.push(request)
        done(null, Buffer.alloc(0))
      }
    }
  )
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound)))
  )
  return { url: `http://127.0.0.1:${port}`, bodies, close: async () => server.forceShutdown() }
}
