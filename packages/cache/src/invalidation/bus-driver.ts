// The contract of a bus: messages from each process to all, itself included, in the order of each sender.

export interface BusDriver {
  publish(message: string): Promise<void>
  /** `onGap` is called whenever messages may have been lost: a lost connection, a new one. Listens as soon as it can; the result stops it. */
  subscribe(onMessage: (message: string) => void, onGap: () => void): () => Promise<void>
}
