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
  if (typeof stream.getReader !== 'function') return tapIterable(stream, tap)
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
  /** For readers that bring their own memory: theirs is a copy. */
  const relayBytes = (): Bytes => {
    const reader = open()
    return new ReadableStream({
      type: 'bytes',
      pull: (controller) =>
        reader.read().then(({ done, value }) => {
          if (!done) return controller.enqueue(new Uint8Array(value))
          controller.close()
          controller.byobRequest?.respond(0)
        }),
      cancel: (reason) => reader.cancel(reason)
    })
  }
  const valuesOf = (stream as unknown as { values(options?: unknown): AsyncIterator<Uint8Array> }).values.bind(stream)
  const values = (options?: { preventCancel?: boolean }) => iterate(valuesOf(options), tap, options?.preventCancel === true)
  define(stream, {
    [TAPPED]: true,
    getReader(options?: { mode?: string }) {
      if (options?.mode !== 'byob') return open()
      // Throws where the stream has no such readers.
      getReader(options).releaseLock()
      return relayBytes().getReader({ mode: 'byob' })
    },
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

/** The body of a fetch that is not the platform's, such as a stream of Node: clients iterate it. */
function tapIterable(stream: Bytes, tap: Tap): Bytes {
  const iterable = stream as unknown as AsyncIterable<Uint8Array>
  const open = iterable[Symbol.asyncIterator]?.bind(iterable)
  if (open && Object.isExtensible(stream)) define(stream, { [TAPPED]: true, [Symbol.asyncIterator]: () => iterate(open(), tap, false) })
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

/** The iterator of the stream itself, whose steps are looked at on their way. */
function iterate(iterator: AsyncIterator<Uint8Array>, tap: Tap, preventCancel: boolean): AsyncIterator<Uint8Array> {
  const next = iterator.next.bind(iterator) as () => Promise<IteratorResult<Uint8Array>>
  const end = iterator.return?.bind(iterator)
  let over = false
  const onStep = (step: IteratorResult<Uint8Array>): IteratorResult<Uint8Array> | Promise<IteratorResult<Uint8Array>> => {
    if (step.done) {
      if (over) return step
      over = true
      const rest = tap.end()
      return rest ? { done: false, value: rest } : step
    }
    const value = tap.chunk(step.value)
    if (value === step.value) return step
    return value ? { done: false, value } : next().then(onStep, onError)
  }
  const onError = (error: unknown): never => {
    over = true
    tap.error(error)
    throw error
  }
  define(iterator, {
    next: () => next().then(onStep, onError),
    return(value?: unknown) {
      if (!over) {
        if (preventCancel) tap.release()
        else tap.cancel()
      }
      return end?.(value as never)
    }
  })
  return iterator
}

function define(target: object, members: Record<PropertyKey, unknown>): void {
  for (const name of Reflect.ownKeys(members))
    Object.defineProperty(target, name, { value: members[name as string], configurable: true, writable: true, enumerable: false })
}
