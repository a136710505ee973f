// Durations of the configuration and of PromQL.

const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 } as const
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d|w|y)/g

/** Seconds of a duration such as `5m` or `1h30m`; NaN for anything else. */
export function seconds(duration: string): number {
  let total = 0
  const rest = duration.replace(PART, (_, amount: string, unit: keyof typeof SECONDS) => {
    total += Number(amount) * SECONDS[unit]
    return ''
  })
  return rest === '' && duration !== '' ? total : Number.NaN
}

/** The shortest PromQL spelling of a number of seconds. */
export function duration(value: number): string {
  const milliseconds = Math.max(1, Math.round(value * 1000))
  for (const unit of ['w', 'd', 'h', 'm', 's'] as const) {
    const count = milliseconds / (SECONDS[unit] * 1000)
    if (Number.isInteger(count)) return `${count}${unit}`
  }
  return `${milliseconds}ms`
}
