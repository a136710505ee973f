// Gathers what a client of PostgreSQL sends into groups that have to run without a message of another client between them.

/** Messages that belong together, as bytes, and the type of the last one: '' is a start-up packet, which has no type. */
interface Group {
  readonly bytes: Buffer
  readonly last: string
}

/** What ends a connection: a code of PostgreSQL and words. */
export class WireError extends Error {
  constructor(
    readonly code: string,
    message: string
  ) {
    super(message)
  }
}

/** Sync, Query, FunctionCall and the end of a copy are answered at once; after a Flush the client waits in the middle of a group; Terminate is the end. */
const ENDS = new Set('SQFcfHX')
const KNOWN = new Set('SQFcfHXPBDECd')
const MOST_STARTUP_BYTES = 10_000

/** Groups in the order of their arrival. Throws a `WireError` as soon as the length of a message shows that a group will be larger than `mostBytes`. */
export async function* groups(stream: AsyncIterable<Buffer>, mostBytes: number): AsyncGenerator<Group> {
  let pieces: Buffer[] = []
  let arrived = 0
  let wanted = 4
  let gathered = 0
  let started = false
  for await (const piece of stream) {
    pieces.push(piece)
    arrived += piece.length
    if (arrived < wanted) continue
    let bytes = Buffer.concat(pieces)
    for (;;) {
      const header = started ? 5 : 4
      wanted = gathered + header
      if (bytes.length < wanted) break
      const last: string = started ? String.fromCharCode(bytes[gathered] as number) : ''
      if (started && !KNOWN.has(last)) throw new WireError('08P01', 'invalid message type')
      const length = bytes.readUInt32BE(wanted - 4)
      if (length < (started ? 4 : 8)) throw new WireError('08P01', 'invalid message length')
      wanted += length - 4
      if (wanted > (started ? mostBytes : MOST_STARTUP_BYTES))
        throw new WireError('54000', `more than ${mostBytes} bytes in one group of messages`)
      if (bytes.length < wanted) break
      gathered = wanted
      if (started && !ENDS.has(last)) continue
      const group: Group = { bytes: bytes.subarray(0, gathered), last }
      bytes = bytes.subarray(gathered)
      gathered = 0
      started ||= requestOf(group) === undefined
      yield group
    }
    pieces = [bytes]
    arrived = bytes.length
  }
}

const REQUESTS = { cancel: 80877102, ssl: 80877103, gss: 80877104 }

/** What a start-up packet asks for instead of a session. Throws for one of another protocol than 3. */
export function requestOf({ bytes, last }: Group): keyof typeof REQUESTS | undefined {
  if (last !== '') return undefined
  const code = bytes.readUInt32BE(4)
  for (const name of ['cancel', 'ssl', 'gss'] as const) if (REQUESTS[name] === code) return name
  if (code >>> 16 !== 3) throw new WireError('0A000', 'unsupported frontend protocol')
  return undefined
}
