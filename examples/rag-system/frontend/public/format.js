// Figures for people.

const whole = new Intl.NumberFormat('en')

export const count = (value) => whole.format(Math.round(value))
export const perSecond = (value) => (value === undefined ? '–' : value >= 10 ? value.toFixed(0) : value.toFixed(value === 0 ? 0 : 2))
export const percent = (share) =>
  share === undefined || Number.isNaN(share) ? '–' : `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`
export const usd = (value) => (value === undefined ? '–' : `$${value === 0 ? '0' : value < 0.01 ? value.toFixed(6) : value.toFixed(4)}`)
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
export const seconds = (value) => ms(value === undefined ? undefined : value * 1000)
