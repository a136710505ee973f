// Prices of the two stand-in models in USD per million tokens, so that the demo has costs to show. They are invented.

export const prices = {
  'extractive-1': { input: 0.15, output: 0.6 },
  'universal-sentence-encoder-lite': { input: 0.02, output: 0 }
}
