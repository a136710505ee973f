// ioredis and node-redis: every command goes through one method of the instance.
import { context } from '@opentelemetry/api'
import { startOperation, withOperation } from '../context.js'
import type { Observers } from '../observer.js'
import type { OperationRecord } from '../operation.js'
import { callOutcome, isThenable, noteOf, placeOfCall, runCall } from './call.js'
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
  /** What its reply and its error come to, whoever holds its promise. */
  resolve?(reply: unknown): void
  reject?(error: unknown): void
  /** Set on commands of a pipeline, which are recorded as one. */
  pipelineIndex?: number
}
interface NodeRedis {
  /** What createClient() returns inherits from this one, on which typed commands run. */
  _self?: NodeRedis
  options?: { socket?: { host?: string; port?: number }; database?: number }
  /** Of a pool. */
  execute?: unknown
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
const NOBODY: Observers = []
const BATCHES = new Set(['PIPELINE', 'MULTI'])

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
        return record(command?.name ?? 'unknown', 1, target, settings, pass, (run, succeed, fail) =>
          runCommand(command, run, succeed, fail)
        )
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

/** A pool of node-redis lends a client to each command. */
function observeNodeRedisPool(pool: NodeRedis, settings: ClientSettings): () => void {
  const known = new WeakSet<object>()
  let live = settings
  // The pool does not tell which clients it has: after the undo they record for nobody.
  const lent: ClientSettings = {
    ...settings,
    get observers() {
      return live.observers
    }
  }
  const undo = patchMethod(
    pool._self ?? pool,
    'execute',
    (original) =>
      function execute(this: unknown, run: (client: NodeRedis) => unknown, ...rest: unknown[]) {
        // A client is lent in the context of whoever gave it back.
        const bound = context.bind(context.active(), (client: NodeRedis) => {
          if (!known.has(client)) {
            known.add(client)
            observeNodeRedis(client, lent)
          }
          return run(client)
        })
        return Reflect.apply(original, this, [bound, ...rest] as never[]) as unknown
      } as never
  )
  return () => {
    undo()
    live = { ...settings, observers: NOBODY }
  }
}

export function observeNodeRedis(client: NodeRedis, settings: ClientSettings): () => void {
  if (typeof client.execute === 'function') return observeNodeRedisPool(client, settings)
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
        const pass = (): unknown => Reflect.apply(original, this, values as never[])
        // A cluster that moves its slots makes the pipeline run itself again.
        if (seen.has(pipeline)) return pass()
        seen.add(pipeline)
        return record(name, this.length ?? 0, target, settings, pass, typeof values[0] === 'function' ? runCalledBack : runCall)
      } as never
  )
}

type Run = (run: () => unknown, succeed: (reply: unknown) => void, fail: (error: unknown) => void) => unknown

/** A command tells itself how it ended: its promise may be the caller's, or nobody's if there is a callback. */
function runCommand(
  command: IoredisCommand,
  run: () => unknown,
  succeed: (reply: unknown) => void,
  fail: (error: unknown) => void
): unknown {
  const { resolve, reject } = command
  if (typeof resolve !== 'function' || typeof reject !== 'function') return runCall(run, succeed, fail)
  command.resolve = function resolved(this: unknown, reply) {
    // A reply that cannot be read is a rejection.
    resolve.call(this, reply)
    succeed(reply)
  }
  command.reject = function rejected(this: unknown, error) {
    fail(error)
    reject.call(this, error)
  }
  return run()
}

/** The promise beside a callback is nobody's: its rejection has been heard. */
function runCalledBack(run: () => unknown, succeed: (reply: unknown) => void, fail: (error: unknown) => void): unknown {
  const result = run()
  if (isThenable(result)) result.then(succeed, fail)
  return result
}

/** Sends a command, a pipeline or a transaction as an operation of its own or an event of the one around it. */
function record(
  command: string,
  batchSize: number,
  target: Target,
  settings: ClientSettings,
  send: () => unknown,
  run: Run = runCall
): unknown {
  const place = placeOfCall()
  if (place === 'unrecorded') return send()
  if (place) {
    const note = noteOf(place, 'db.call', { system: 'redis', operation: command.slice(0, 40).toUpperCase() })
    return run(
      send,
      () => note('ok'),
      (error) => note(callOutcome(error))
    )
  }
  const operation = startCommand(command, batchSize, target, settings)
  return run(
    () => withOperation(operation, send),
    (replies) => {
      // What is sent as one is answered as one: an error of a command stands among the replies.
      const error = BATCHES.has(command) ? failedIn(replies) : undefined
      operation.end(error && callOutcome(error), error)
    },
    (error) => operation.end(callOutcome(error), error)
  )
}

/** The first error among the replies of a pipeline: itself in node-redis, the first of a pair in ioredis. */
function failedIn(replies: unknown): Error | undefined {
  if (!Array.isArray(replies)) return undefined
  for (const reply of replies as unknown[]) {
    const error: unknown = Array.isArray(reply) ? reply[0] : reply
    if (error instanceof Error) return error
  }
  return undefined
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
