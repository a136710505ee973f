// ioredis and node-redis: every command goes through one method of the instance.
import { startOperation, withOperation } from '../context.js'
import type { OperationRecord } from '../operation.js'
import { endWith, noteCall, placeOfCall } from './call.js'
import type { ClientSettings } from './observe-client.js'
import { patchMethod } from './patch.js'

interface Ioredis {
  options?: { host?: string; port?: number; db?: number }
  status?: string
  sendCommand(command: IoredisCommand, stream?: unknown): unknown
}
interface IoredisCommand {
  name: string
  args?: readonly unknown[]
  promise: Promise<unknown>
  /** Set on commands of a pipeline, which are recorded as one. */
  pipelineIndex?: number
}
interface NodeRedis {
  /** What createClient() returns inherits from this one, on which typed commands run. */
  _self?: NodeRedis
  options?: { socket?: { host?: string; port?: number }; database?: number }
  sendCommand(args: readonly unknown[], ...rest: unknown[]): Promise<unknown>
}

export function isIoredis(client: object): boolean {
  const shape = client as { sendCommand?: unknown; defineCommand?: unknown; status?: unknown }
  return typeof shape.sendCommand === 'function' && typeof shape.defineCommand === 'function' && typeof shape.status === 'string'
}

export function isNodeRedis(client: object): boolean {
  const shape = client as { sendCommand?: unknown; isOpen?: unknown; multi?: unknown }
  return typeof shape.sendCommand === 'function' && typeof shape.isOpen === 'boolean' && typeof shape.multi === 'function'
}

const seen = new WeakSet<object>()

/** What ioredis asks for itself while it connects. */
function isOwn({ status }: Ioredis, { name, args }: IoredisCommand): boolean {
  return (name === 'info' && status === 'connect') || (name === 'client' && String(args?.[0]).toUpperCase() === 'SETINFO')
}

export function observeIoredis(client: Ioredis, settings: ClientSettings): () => void {
  const { host, port, db } = client.options ?? {}
  const target = { host, port, database: db }
  const undoCommand = patchMethod(
    client,
    'sendCommand',
    (original) =>
      function sendCommand(this: Ioredis, command: IoredisCommand, ...rest: unknown[]) {
        const pass = () => Reflect.apply(original, this, [command, ...rest]) as unknown
        if (command?.pipelineIndex !== undefined || isOwn(this, command) || seen.has(command)) return pass()
        // A command that waits for the connection is sent again when there is one.
        seen.add(command)
        // Older commands carry no promise; what sendCommand returns is one then.
        return record(command?.name ?? 'unknown', 1, target, settings, pass, () => command?.promise)
      } as never
  )
  const undoPipelines = ['pipeline', 'multi'].map((name) =>
    patchMethod(
      client,
      name,
      (original) =>
        function observed(this: Ioredis, ...values: unknown[]) {
          const pipeline = Reflect.apply(original, this, values as never[]) as { exec?: unknown; length?: number }
          if (pipeline && typeof pipeline.exec === 'function') observeExec(pipeline, name.toUpperCase(), target, settings)
          return pipeline
        } as never
    )
  )
  return () => {
    undoCommand()
    for (const undo of undoPipelines) undo()
  }
}

export function observeNodeRedis(client: NodeRedis, settings: ClientSettings): () => void {
  const socket = client.options?.socket
  const target = { host: socket?.host, port: socket?.port, database: client.options?.database }
  const self = client._self ?? client
  const undoes = [
    // Typed commands end in sendCommand as well.
    patchMethod(self, 'sendCommand', (original) =>
      sends(original, (values) => [String((values[0] as unknown[] | undefined)?.[0] ?? 'unknown'), 1])
    ),
    // `multi()` binds these from the client it is called on.
    ...[
      ['_executeMulti', 'MULTI'],
      ['_executePipeline', 'PIPELINE']
    ].map(([method, name]) =>
      patchMethod(self, method!, (original) => sends(original, (values) => [name!, (values[0] as unknown[] | undefined)?.length ?? 0]))
    )
  ]
  return () => {
    for (const undo of undoes) undo()
  }

  function sends(original: (...values: never[]) => unknown, describe: (values: unknown[]) => [string, number]): never {
    return function send(this: NodeRedis, ...values: unknown[]) {
      const [name, size] = describe(values)
      return record(name, size, target, settings, () => Reflect.apply(original, this, values as never[]))
    } as never
  }
}

interface Target {
  host: string | undefined
  port: number | undefined
  database: number | undefined
}

function observeExec(pipeline: { exec?: unknown; length?: number }, name: string, target: Target, settings: ClientSettings): void {
  patchMethod(
    pipeline,
    'exec',
    (original) =>
      function exec(this: { length?: number }, ...values: unknown[]) {
        return record(name, this.length ?? 0, target, settings, () => Reflect.apply(original, this, values as never[]))
      } as never
  )
}

/** Sends a command, a pipeline or a transaction as an operation of its own or an event of the one around it. */
function record(
  command: string,
  batchSize: number,
  target: Target,
  settings: ClientSettings,
  send: () => unknown,
  promise?: () => unknown
): unknown {
  const place = placeOfCall()
  if (place === 'unrecorded') return send()
  if (place) return noteCall(place, 'db.call', { system: 'redis', operation: command.slice(0, 40).toUpperCase() }, send)
  const operation = startCommand(command, batchSize, target, settings)
  const result = withOperation(operation, send)
  endWith(operation, promise?.() ?? result)
  return result
}

function startCommand(
  command: string,
  batchSize: number,
  { host, port, database }: Target,
  { observers, name }: ClientSettings
): OperationRecord<'db'> {
  const operation = command.slice(0, 40).toUpperCase()
  return startOperation(
    'db',
    operation,
    {
      system: 'redis',
      operation,
      collection: undefined,
      // Keys and values are the application's data: the name of the command says enough.
      statement: undefined,
      namespace: database === undefined ? undefined : String(database),
      host,
      port,
      peerService: name ?? 'redis',
      rows: undefined,
      batchSize
    },
    observers
  )
}
