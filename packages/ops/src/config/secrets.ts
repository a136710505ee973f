// Secret files that routes need: there, not empty, not for everybody's eyes.
import { readFileSync, statSync } from 'node:fs'
import { RagError } from '@rag/core/errors'
import type { Model } from './model.js'

/** Each secret file of the contacts with the option that names it. */
export function secretFiles(model: Model): { option: string; file: string }[] {
  return Object.entries(model.contacts).flatMap(([kind, contact]) =>
    typeof contact === 'object'
      ? Object.entries(contact).flatMap(([field, file]) =>
          field.endsWith('File') && typeof file === 'string' ? [{ option: `contacts.${kind}.${field}`, file }] : []
        )
      : []
  )
}

/**
 * Reads a secret.
 *
 * @throws RagError `RAG_OPS_SECRET_FILE`
 */
export function readSecret(option: string, file: string): string {
  let text: string
  let mode: number
  try {
    text = readFileSync(file, 'utf8').trim()
    mode = statSync(file).mode
  } catch (cause) {
    throw new RagError('RAG_OPS_SECRET_FILE', {
      option,
      value: file,
      problem: 'the secret file cannot be read',
      fix: 'create it with mode 0400 for the user that runs this',
      cause
    })
  }
  if (text === '')
    throw new RagError('RAG_OPS_SECRET_FILE', { option, value: file, problem: 'the secret file is empty', fix: 'write the secret into it' })
  if ((mode & 0o004) !== 0)
    throw new RagError('RAG_OPS_SECRET_FILE', {
      option,
      value: file,
      problem: 'everybody on this machine may read the secret',
      fix: `chmod o-r ${file}`
    })
  return text
}
