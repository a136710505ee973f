// Where the records of a signal went: recorded = exported + dropped + queued, at any moment.

/** The account of one signal. */
export interface Account {
  recorded: number
  exported: number
  dropped: number
  queued: number
}
