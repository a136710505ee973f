// The inner names of pino that this package reads and overrides; all of them are exported by pino itself.
import { pino } from 'pino'

const symbols = pino.symbols as unknown as Record<SymbolName, symbol>

const { endSym, formattersSym, lsCacheSym, nestedKeySym, stringifySafeSym } = symbols

export const {
  asJsonSym,
  chindingsSym,
  errorKeySym,
  hooksSym,
  messageKeySym,
  mixinSym,
  mixinMergeStrategySym,
  msgPrefixSym,
  serializersSym,
  streamSym,
  stringifiersSym,
  timeSym,
  wildcardFirstSym,
  writeSym
} = symbols

type SymbolName =
  | 'asJsonSym'
  | 'chindingsSym'
  | 'endSym'
  | 'errorKeySym'
  | 'formattersSym'
  | 'hooksSym'
  | 'lsCacheSym'
  | 'messageKeySym'
  | 'mixinSym'
  | 'mixinMergeStrategySym'
  | 'msgPrefixSym'
  | 'nestedKeySym'
  | 'serializersSym'
  | 'streamSym'
  | 'stringifiersSym'
  | 'stringifySafeSym'
  | 'timeSym'
  | 'wildcardFirstSym'
  | 'writeSym'

/** What a pino instance keeps under those names. */
export interface PinoInner {
  [name: symbol]: unknown
}

type Stringifier = (value: unknown, safe: unknown) => string | undefined

/** The parts of an instance that make a line, read under their names. */
export interface LineParts {
  readonly ls: Readonly<Record<number, string>>
  readonly chindings: string
  readonly end: string
  readonly messageKey: string
  readonly errorKey: string
  readonly nestedKey: string | null
  readonly serializers: Readonly<Record<string, ((value: unknown) => unknown) | undefined>>
  readonly stringifiers: Readonly<Record<string | symbol, Stringifier | undefined>>
  readonly safe: unknown
  readonly formatLog: ((fields: Record<string, unknown>) => Record<string, unknown>) | undefined
}

/** Reads the parts of an instance. Children replace some of them, so they are read at every line. */
export function partsOf(instance: PinoInner): LineParts {
  return {
    ls: instance[lsCacheSym] as LineParts['ls'],
    chindings: instance[chindingsSym] as string,
    end: instance[endSym] as string,
    messageKey: instance[messageKeySym] as string,
    errorKey: instance[errorKeySym] as string,
    nestedKey: instance[nestedKeySym] as string | null,
    serializers: instance[serializersSym] as LineParts['serializers'],
    stringifiers: instance[stringifiersSym] as LineParts['stringifiers'],
    safe: instance[stringifySafeSym],
    formatLog: (instance[formattersSym] as { log?: LineParts['formatLog'] }).log
  }
}
