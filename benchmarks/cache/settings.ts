// What the parts of the Redis benchmark share.
export const ROUNDS = Number(process.env['ROUNDS'] ?? 7)
export const say = (text: string) => process.stderr.write(`${text}\n`)
export const round2 = (value: number) => Math.round(value * 100) / 100
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
