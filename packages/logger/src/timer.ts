// What a timer of Node holds at most, some 24 days; a longer one would fire at once.
export const LONGEST_TIMER_MS = 2 ** 31 - 1
