// How much of a budget the fast burn rates count with.
import type { Model } from '../config/model.js'

/** At the fast rate a loose objective would ask for more than all requests: four in five are enough. */
export function fastBudget({ limits }: Model, budget: number): number {
  return Math.min(budget, 0.8 / limits.burnFast)
}
