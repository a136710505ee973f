// What a page of the admin listener gets and answers.
import type { IncomingHttpHeaders } from 'node:http'

export interface AdminRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** The body as text, at most 64 KiB; empty without one. */
  readonly body: string
}

export interface AdminReply {
  /** @default 200 */
  status?: number
  /** Content type. @default 'text/plain; charset=utf-8' */
  type?: string
  headers?: Readonly<Record<string, string>>
  /** An iterable is written piece by piece, so that a long page never holds up the event loop. */
  body: string | AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>
  /** Called once the body is with the kernel, or nobody waits for it any more: from then on its memory may be used again. */
  done?(): void
}

/** Answers a request of an operator. An error becomes a plain 500. */
export type AdminPage = (request: AdminRequest) => AdminReply | Promise<AdminReply>

export interface AdminTls {
  key: string | Buffer
  cert: string | Buffer
  /** With it, callers must show a certificate that it signed (mTLS). */
  ca?: string | Buffer
  passphrase?: string
}

export interface AdminOptions {
  /** 0 for any free one. @default 9464 */
  port?: number
  /** @default '127.0.0.1' */
  host?: string
  /** Callers must send `authorization: Bearer <token>`; at least 16 characters. */
  token?: string
  tls?: AdminTls
  /** Allows a host other than loopback without token or mTLS. @default false */
  insecure?: boolean
}

export interface Admin {
  readonly url: string
  /** Stops listening and drops open connections; a second call does nothing. */
  close(): Promise<void>
}
