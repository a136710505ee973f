// The names of the two models served.

export const CHAT_MODEL = 'extractive-1'
export const EMBEDDING_MODEL = 'universal-sentence-encoder-lite'
