// UTC timestamps: the text is made once a second and only its milliseconds change.
let second = Number.NaN
let head = ''

/** A time as ISO 8601 in UTC with milliseconds; for a number that is no time, the present. */
export function isoTime(time: number): string {
  const whole = Math.floor(time)
  const thisSecond = Math.floor(whole / 1000)
  if (thisSecond !== second) {
    if (!(Math.abs(whole) <= 8.64e15)) return isoTime(Date.now())
    head = new Date(thisSecond * 1000).toISOString().slice(0, -4)
    second = thisSecond
  }
  const millis = whole - thisSecond * 1000
  return head + (millis < 10 ? '00' : millis < 100 ? '0' : '') + millis + 'Z'
}
