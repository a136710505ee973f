// Checks a signal that an option names: who writes JavaScript is told at the start too.
import { constants } from 'node:os'
import { RagError } from '@rag/core'

/** Node listens to every signal of the system but these. */
const UNHEARD = ['SIGKILL', 'SIGSTOP']

/** @throws RagError `RAG_LOGGER_OPTION` */
export function checkSignal(option: string, value: unknown): void {
  if (typeof value === 'string' && Object.hasOwn(constants.signals, value) && !UNHEARD.includes(value)) return
  throw new RagError('RAG_LOGGER_OPTION', {
    option,
    value,
    problem: 'this is no signal that a process can listen to',
    fix: "give one such as 'SIGUSR2' or 'SIGHUP'"
  })
}
