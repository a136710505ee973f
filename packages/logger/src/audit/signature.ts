// The signature of a head: Ed25519 (RFC 8032) over its link as text. Whoever keeps heads checks it without the key of the chain.
import { createPrivateKey, createPublicKey, KeyObject, sign, verify } from 'node:crypto'
import { RagError } from '@rag/core'

/** @throws RagError `RAG_LOGGER_AUDIT_KEY` for anything else than an Ed25519 private key */
export function headSigner(key: string | KeyObject | undefined): ((link: string) => string) | undefined {
  if (key === undefined) return undefined
  const signingKey = ed25519('signingKey', 'private', () => (key instanceof KeyObject ? key : createPrivateKey(key)))
  return (link) => sign(null, Buffer.from(link), signingKey).toString('base64')
}

/** @throws RagError `RAG_LOGGER_AUDIT_KEY` for anything else than an Ed25519 public key */
export function signatureCheck(key: string | KeyObject | undefined): ((link: string, signature: unknown) => boolean) | undefined {
  if (key === undefined) return undefined
  const publicKey = ed25519('publicKey', 'public', () => (key instanceof KeyObject ? key : createPublicKey(key)))
  return (link, signature) => verify(null, Buffer.from(link), publicKey, Buffer.from(String(signature), 'base64'))
}

function ed25519(option: string, type: string, read: () => KeyObject): KeyObject {
  let cause: unknown
  try {
    const key = read()
    if (key.type === type && key.asymmetricKeyType === 'ed25519') return key
  } catch (error) {
    cause = error
  }
  throw new RagError('RAG_LOGGER_AUDIT_KEY', {
    option,
    problem: `this is no ${type} key of Ed25519`,
    fix: 'make a pair with `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout`',
    cause
  })
}
