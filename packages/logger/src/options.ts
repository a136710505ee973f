// The options of createLogger, their defaults and checks.
import {
  checkOptions,
  checkService,
  checkSwitch,
  environmentIdentity,
  type Leaves,
  leavesOf,
  type Masker,
  type MaskerOptions,
  RagError,
  resolveMasker
} from '@rag/core'
import type { LoggerOptions as PinoOptions } from 'pino'
import type { Destination } from './destination/create.js'
import { checkLevel, checkLevelSignal, type LevelSignal } from './levels.js'
import { type Preset, shapes } from './shape.js'

/** Options of {@link createLogger}. Options of pino that are not named here (serializers, redact, mixin, customLevels, ...) work as in pino. */
export interface LoggerOptions
  extends Omit<PinoOptions, 'level' | 'transport' | 'browser' | 'enabled' | 'name' | 'depthLimit' | 'edgeLimit'> {
  /** Name of the service; the one option without a default. */
  service: string
  /** @default `service.version` of OTEL_RESOURCE_ATTRIBUTES */
  version?: string
  /** @default `deployment.environment.name` of OTEL_RESOURCE_ATTRIBUTES, else NODE_ENV */
  environment?: string
  /** Lowest level written. @default LOG_LEVEL, else `info` */
  level?: string
  /** A signal that makes the logger talkative for a while. @default none */
  levelOn?: LevelSignal
  /** @default 'stdout' */
  destination?: Destination
  /** How lines are written. @default 'json' */
  preset?: Preset
  /** The masker that every line passes, options for one, or false for none. @default createMasker() */
  mask?: Masker | MaskerOptions | false
  /** Gives each line an id of its own, by which a shipper or a store finds out what came twice. @default true for the presets `ecs` and `google` */
  lineIds?: boolean
  /** Whether SIGTERM and SIGINT hand over what is left and then end the process where nobody else listens to them. @default true */
  signals?: boolean
  /** Longest line in bytes; what does not fit is cut with a mark. @default 16384 */
  maxLineBytes?: number
}

const OWN = [
  'service',
  'version',
  'environment',
  'level',
  'destination',
  'preset',
  'mask',
  'maxLineBytes',
  'lineIds',
  'signals',
  'levelOn'
] as const
const PINO = [
  'base',
  'crlf',
  'customLevels',
  'errorKey',
  'formatters',
  'hooks',
  'levelComparison',
  'messageKey',
  'mixin',
  'mixinMergeStrategy',
  'msgPrefix',
  'nestedKey',
  'onChild',
  'redact',
  'safe',
  'serializers',
  'timestamp',
  'useOnlyCustomLevels'
] as const
const SMALLEST_LINE = 1024

/** What the options come to. */
export interface Settings {
  service: string
  version: string | undefined
  environment: string | undefined
  level: string
  destination: Destination | undefined
  preset: Preset
  mask: Masker['mask']
  /** Answers for flat fields; undefined for a masker of the application. */
  leaves: Leaves | undefined
  maxLine: number
  lineIds: boolean
  signals: boolean
  levelOn: LevelSignal | undefined
  /** What goes to pino as it is. */
  rest: PinoOptions
}

/** @throws RagError `RAG_LOGGER_OPTION`, `RAG_LOGGER_LEVEL`, `RAG_CORE_SERVICE`, `RAG_CORE_UNKNOWN_OPTION` */
export function readOptions(options: LoggerOptions): Settings {
  checkService('createLogger', (options as LoggerOptions | undefined)?.service)
  checkOptions('createLogger', options, [...OWN, ...PINO])
  const {
    service,
    version,
    environment,
    level,
    destination,
    preset = 'json',
    mask,
    maxLineBytes = 16_384,
    lineIds,
    signals = true,
    levelOn,
    ...rest
  } = options
  if (!Number.isInteger(maxLineBytes) || maxLineBytes < SMALLEST_LINE) {
    throw new RagError('RAG_LOGGER_OPTION', {
      option: 'maxLineBytes',
      value: maxLineBytes,
      problem: 'this is no size of a line',
      fix: `give a whole number of bytes from ${SMALLEST_LINE} up`
    })
  }
  if (!Object.hasOwn(shapes, preset)) {
    throw new RagError('RAG_LOGGER_OPTION', {
      option: 'preset',
      value: preset,
      problem: 'there is no such preset',
      fix: `use one of ${Object.keys(shapes).join(', ')}`
    })
  }
  checkSwitch('RAG_LOGGER_OPTION', 'lineIds', lineIds)
  checkSwitch('RAG_LOGGER_OPTION', 'signals', signals)
  const masker = resolveMasker(mask)
  const named = environmentIdentity()
  return {
    service,
    version: version ?? named.version,
    environment: environment ?? named.environment,
    level: checkLevel('level', level ?? (process.env['LOG_LEVEL']?.trim().toLowerCase() || 'info'), rest),
    destination,
    preset,
    mask: maskOf(masker),
    leaves: leavesOf(masker),
    maxLine: maxLineBytes,
    lineIds: lineIds ?? (preset === 'ecs' || preset === 'google'),
    signals,
    levelOn: checkLevelSignal(levelOn, rest),
    rest
  }
}

function maskOf(masker: Masker): Masker['mask'] {
  // A gate that fails lets nothing through.
  return ((value: unknown) => {
    try {
      return masker.mask(value)
    } catch {
      return typeof value === 'string' ? '[unmaskable]' : { unmaskable: true }
    }
  }) as Masker['mask']
}
