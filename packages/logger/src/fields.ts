// Names that belong to the logger. A caller's field of such a name is kept under another one.

/** The name under which a caller's field of a reserved name is kept. */
export function fieldName(name: string): string {
  return '_' + name
}
