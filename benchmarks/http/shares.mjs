// What the sets of a case say together: the CPU that each variant adds to the bare service, as a share of what the peers add.

const BARE = 'bare'
const PEERS = 'peers'
const ALONE = ['logs', 'metrics', 'traces']

export function sharesOf(sets) {
  const variants = Object.keys(sets[0])
  const measured = variants.filter((variant) => variant !== BARE && variant !== PEERS)
  // Of the medians: a round that was disturbed while the peers ran would count double in a quotient of its own.
  const shareOf = (variant, chosen) => median(added(chosen, variant)) / median(added(chosen, PEERS))
  return {
    shares: Object.fromEntries(
      measured.map((variant) => [
        variant,
        { share: round3(shareOf(variant, sets)), sets: sets.map((set) => round3(shareOf(variant, [set]))) }
      ])
    ),
    ...(ALONE.every((signal) => variants.includes(signal)) && {
      togetherOverSum: round3(median(added(sets, ALONE.join('+'))) / ALONE.reduce((sum, signal) => sum + median(added(sets, signal)), 0))
    }),
    addedMicroseconds: Object.fromEntries(variants.map((variant) => [variant, round3(median(added(sets, variant)))]))
  }
}

function added(sets, variant) {
  return sets.flatMap((set) => set[variant].map((cpu, round) => cpu - set[BARE][round]))
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

function round3(value) {
  return Math.round(value * 1000) / 1000
}
