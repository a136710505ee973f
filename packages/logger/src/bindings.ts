// Bindings of a child pass the same gate as a record: read once, bounded, masked, without reserved names.
import { fieldName } from './fields.js'
import { beginWalk, cutTexts, plain, setField } from './plain.js'
import type { Shape } from './shape.js'
import type { LogState } from './state.js'

const LONGEST_TEXT = 2048
const ROOM = 4096

/** A plain, masked copy of bindings. Of pino's own fields in there (`serializers`, `level`) nothing is lost: they are options, not bindings. */
export function cleanBindings(
  bindings: object,
  mask: LogState['mask'],
  { reserved, messageKey, component }: Shape
): Record<string, unknown> {
  const copy = plain(bindings, beginWalk(LONGEST_TEXT, ROOM))
  const clean: Record<string, unknown> = {}
  if (typeof copy !== 'object' || copy === null) return clean
  const masked = cutTexts(mask(copy), LONGEST_TEXT) as Record<string, unknown>
  for (const [key, value] of Object.entries(masked))
    setField(clean, reserved.has(key) || key === messageKey ? fieldName(key) : key === 'component' ? component : key, value)
  return clean
}
