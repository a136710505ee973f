// A key of the chain or of the encryption, as its option gives it.
import { RagError } from '@rag/core'

/** @throws RagError `RAG_LOGGER_AUDIT_KEY` for a key of fewer than 32 bytes */
export function keyBytes(option: string, key: unknown): Buffer {
  const bytes = typeof key === 'string' ? Buffer.from(key) : key instanceof Uint8Array ? Buffer.from(key) : Buffer.alloc(0)
  if (bytes.length >= 32) return bytes
  throw new RagError('RAG_LOGGER_AUDIT_KEY', {
    option,
    problem: 'the key is missing or shorter than 32 bytes',
    fix: 'make one with `openssl rand -hex 32` and keep it outside the host'
  })
}
