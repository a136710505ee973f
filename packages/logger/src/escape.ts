// JSON text in which nothing can act on a terminal or break a line: control, line-separator and bidirectional characters are escaped.

// C0, DEL, C1, Arabic letter mark, zero-width and direction marks, line and paragraph separator, bidi embeddings and isolates, byte order mark.
const HOSTILE = /[\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/
const HOSTILE_ALL = new RegExp(HOSTILE.source, 'g')
const NOT_PLAIN = /[^\x20\x21\x23-\x5b\x5d-\x7e]/

/** A text as a JSON string. */
export function quote(text: string): string {
  return NOT_PLAIN.test(text) ? escapeHostile(JSON.stringify(text)) : '"' + text + '"'
}

/** Escapes in finished JSON what `JSON.stringify` leaves alone. Every such character stands inside a string there, so the result says the same. */
export function escapeHostile(json: string): string {
  return HOSTILE.test(json) ? json.replace(HOSTILE_ALL, (character) => '\\u' + character.charCodeAt(0).toString(16).padStart(4, '0')) : json
}
