// Says on standard error what is going on, so that standard output holds the report alone.

export interface Progress {
  step(text: string): void
  /** A line that stays. */
  say(text: string): void
  /** Since this process began, its set-up included. */
  seconds(): number
  end(): void
}

/** On a terminal one line is written over and over; elsewhere each new step is a line. */
export function createProgress(output: NodeJS.WriteStream = process.stderr): Progress {
  let shown = ''
  let open = false
  const seconds = () => Math.round(performance.now() / 100) / 10
  return {
    seconds,
    step(text) {
      const line = `[${seconds().toFixed(1).padStart(5)} s] ${text}`
      // The same step with another number is no news for a log.
      const kind = text.replace(/\d+/g, '')
      if (output.isTTY) output.write(`\r\u001b[K${line}`)
      else if (kind !== shown) output.write(`${line}\n`)
      shown = kind
      open = output.isTTY
    },
    say(text) {
      if (open) output.write('\r\u001b[K')
      open = false
      output.write(`${text}\n`)
    },
    end() {
      if (open) output.write('\r\u001b[K')
      open = false
    }
  }
}
