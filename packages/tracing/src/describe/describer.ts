// What the describers of operations share.

export interface Describer {
  /** Masks and cuts a text that may hold a secret. */
  text(value: string, key?: string): string
}
