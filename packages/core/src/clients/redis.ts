// ioredis and node-redis: every command goes through one method of the instance.
import { activeOperation, startOperation, withOperation } from '../context.js'
import type { OperationRecord } from '../operation.js'
import { outcomeOf } from '../work.js'
import { isCovered } from './fetch.js'
import type { ClientSettings } from './observe-client.js'
import { patchMethod } from './patch.js'

interface Ioredis {
  options?: { host?: string; port?: number; db?: number }
  sendCommand(command: IoredisCommand, stream?: unknown): unknown
}
interface IoredisCommand {
  name: string
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

export function observeIoredis(client: Ioredis, settings: ClientSettings): () => void {
  const { host, port, db } = client.options ?? {}
  const undoCommand = patchMethod(
    client,
    'sendCommand',
    (original) =>
      function sendCommand(this: Ioredis, command: IoredisCommand, ...rest: unknown[]) {
        const pass = () => Reflect.apply(original, this, [command, ...rest]) as unknown
        if (command?.pipelineIndex !== undefined || skipped()) return pass()
        const operation = startCommand(command?.name ?? 'unknown', 1, { host, port, database: db }, settings)
        const result = withOperation(operation, pass)
        // Older commands carry no promise; what sendCommand returns is one then.
        endWith(operation, command?.promise ?? result)
        return result
      } as never
  )
  const undoPipelines = ['pipeline', 'multi'].map((name) =>
    patchMethod(
      client,
      name,
      (original) =>
        function observed(this: Ioredis, ...values: unknown[]) {
          const pipeline = Reflect.apply(original, this, values) as { exec?: unknown; length?: number }
          if (pipeline && typeof pipeline.exec === 'function')
            observeExec(pipeline, name.toUpperCase(), { host, port, database: db }, settings)
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
  // Typed commands end in sendCommand as well.
  return patchMethod(
    client._self ?? client,
    'sendCommand',
    (original) =>
      function sendCommand(this: NodeRedis, ...values: unknown[]) {
        const pass = () => Reflect.apply(original, this, values) as unknown
        if (skipped()) return pass()
        const operation = startCommand(String((values[0] as readonly unknown[] | undefined)?.[0] ?? 'unknown'), 1, target, settings)
        const result = withOperation(operation, pass)
        endWith(operation, result)
        return result
      } as never
  )
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
        const pass = () => Reflect.apply(original, this, values) as unknown
        if (skipped()) return pass()
        const operation = startCommand(name, this.length ?? 0, target, settings)
        const result = withOperation(operation, pass)
        endWith(operation, result)
        return result
      } as never
  )
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

function endWith(operation: OperationRecord<'db'>, result: unknown): void {
  if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') {
    operation.end('ok')
    return
  }
  ;(result as PromiseLike<unknown>).then(
    () => operation.end('ok'),
    (error: unknown) => operation.end(outcomeOf(error), error)
  )
}

/** Calls of a cache or a model call are part of that operation. */
function skipped(): boolean {
  const outer = activeOperation()
  return outer !== undefined && isCovered(outer)
}
