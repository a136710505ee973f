// Hooks the moment at which the head of a reply is written, on one response or on the prototype that an application's responses share.
import type { ServerResponse } from 'node:http'
import { stampHead } from './exchange.js'

type WriteHead = ServerResponse['writeHead']
interface WithHead {
  writeHead: WriteHead
}

const STAMPED = Symbol.for('@rag/core/head/1')

/** Makes `target.writeHead` stamp the head first. One shared function per original, so that a response gains a property and no closure. */
export function stampWriteHead(target: WithHead): void {
  const original = target.writeHead
  if ((original as { [STAMPED]?: boolean })[STAMPED]) return
  target.writeHead = stampedOf(original)
}

const stamped = new WeakMap<WriteHead, WriteHead>()
/** Nearly always the one of Node. */
let last: { original: WriteHead; wrapped: WriteHead } | undefined

function stampedOf(original: WriteHead): WriteHead {
  if (last?.original === original) return last.wrapped
  let wrapped = stamped.get(original)
  if (wrapped) {
    last = { original, wrapped }
    return wrapped
  }
  wrapped = function writeHead(this: ServerResponse, ...head: unknown[]) {
    stampHead(this, head.at(-1))
    return Reflect.apply(original, this, head)
  } as WriteHead
  Object.defineProperty(wrapped, STAMPED, { value: true })
  stamped.set(original, wrapped)
  return wrapped
}
