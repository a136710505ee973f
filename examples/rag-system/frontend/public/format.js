// Figures for people.

const whole = new Intl.NumberFormat('en')
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })

export const count = (value) => whole.format(Math.round(value))
export const counted = (value, one, many) => `${count(value)} ${value === 1 ? one : many}`
export const perSecond = (value) => (value === undefined ? '–' : value >= 10 ? value.toFixed(0) : value.toFixed(value === 0 ? 0 : 2))
export const percent = (share) =>
  share === undefined || Number.isNaN(share) ? '–' : `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`
export const usd = (value) => (value === undefined ? '–' : `$${value < 1 ? short.format(value) : value.toFixed(2)}`)
export const bytes = (value) => {
  const units = ['B', 'KiB', 'MiB', 'GiB']
  let at = 0
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024
    at++
  }
  return `${value.toFixed(at === 0 ? 0 : 1)} ${units[at]}`
}
export const ms = (value) =>
  value === undefined
    ? '–'
    : value >= 1000
      ? `${(value / 1000).toFixed(2)} s`
      : value >= 10
        ? `${value.toFixed(0)} ms`
        : `${value.toFixed(1)} ms`
/** A moment of the day, from seconds. */
export const clock = (at) => new Date(at * 1000).toLocaleTimeString('en', { hour12: false })
export const seconds = (value) => ms(value === undefined ? undefined : value * 1000)
