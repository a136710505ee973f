// Watches a body on the stream object itself: the application reads its own stream, chunk by chunk, with nothing in between.

/** What is told of a body. */
export interface Tap {
  /** The bytes to pass on: the same ones unless something of ours is taken out; undefined for none. */
  chunk(bytes: Uint8Array): Uint8Array | undefined
  /** The body ended; returns bytes that were held back. */
  end(): Uint8Array | undefined
  cancel(): void
  error(error: unknown): void
  /** The reader let go of a body that had not ended. */
  release(): void
}

type Bytes = ReadableStream<Uint8Array>
type Result = Awaited<ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']>>
const TAPPED = Symbol.for('@rag/llm-meter/tapped/1')

/** Taps a stream in place; a second tap changes nothing. */
export function tapStream(stream: Bytes, tap: Tap): Bytes {
  if ((stream as { [TAPPED]?: true })[TAPPED]) return stream
  const getReader = stream.getReader.bind(stream) as (options?: unknown) => ReadableStreamDefaultReader<Uint8Array>
  const cancelStream = stream.cancel.bind(stream)
  const open = (): ReadableStreamDefaultReader<Uint8Array> => tapReader(getReader(), tap)
  const relay = (): Bytes => {
    const reader = open()
    return new ReadableStream<Uint8Array>(
      {
        pull: (controller) =>
          reader.read().then((result) => {
            if (result.done) controller.close()
            else controller.enqueue(result.value)
          }),
        cancel: (reason) => reader.cancel(reason)
      },
      { highWaterMark: 0 }
    )
  }
  const values = (options?: { preventCancel?: boolean }) => iterate(open(), options?.preventCancel === true)
  define(stream, {
    [TAPPED]: true,
    getReader: (options?: { mode?: string }) => (options?.mode === 'byob' ? getReader(options) : open()),
    cancel(reason?: unknown) {
      tap.cancel()
      return cancelStream(reason)
    },
    tee: () => relay().tee(),
    pipeThrough: (...parts: Parameters<Bytes['pipeThrough']>) => relay().pipeThrough(...parts),
    pipeTo: (...parts: Parameters<Bytes['pipeTo']>) => relay().pipeTo(...parts),
    values,
    [Symbol.asyncIterator]: values
  })
  return stream
}

function tapReader(reader: ReadableStreamDefaultReader<Uint8Array>, tap: Tap): ReadableStreamDefaultReader<Uint8Array> {
  const read = reader.read.bind(reader)
  const cancel = reader.cancel.bind(reader)
  const releaseLock = reader.releaseLock.bind(reader)
  let over = false
  const onResult = (result: Result): Result | Promise<Result> => {
    if (result.done) {
      if (over) return result
      over = true
      const rest = tap.end()
      return rest ? { done: false, value: rest } : result
    }
    const value = tap.chunk(result.value)
    if (value === result.value) return result
    return value ? { done: false, value } : read().then(onResult, onError)
  }
  const onError = (error: unknown): never => {
    tap.error(error)
    throw error
  }
  define(reader, {
    read: () => read().then(onResult, onError),
    cancel(reason?: unknown) {
      tap.cancel()
      return cancel(reason)
    },
    releaseLock() {
      releaseLock()
      if (!over) tap.release()
    }
  })
  return reader
}

function iterate(reader: ReadableStreamDefaultReader<Uint8Array>, preventCancel: boolean): AsyncIterableIterator<Uint8Array> {
  let last: Promise<unknown> | undefined
  const step = async (): Promise<IteratorResult<Uint8Array>> => {
    const result = await reader.read()
    if (result.done) reader.releaseLock()
    return result as IteratorResult<Uint8Array>
  }
  return {
    next() {
      const after = last ? last.then(step, step) : step()
      last = after
      const clear = (): void => {
        if (last === after) last = undefined
      }
      after.then(clear, clear)
      return after
    },
    async return(value?: unknown) {
      try {
        if (!preventCancel) await reader.cancel(value)
        reader.releaseLock()
      } catch {
        // The stream had failed or was released: nothing is left to cancel.
      }
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    }
  }
}

function define(target: object, members: Record<PropertyKey, unknown>): void {
  for (const name of Reflect.ownKeys(members))
    Object.defineProperty(target, name, { value: members[name as string], configurable: true, writable: true, enumerable: false })
}
