// The names of the models served.

/** Over the wire format of OpenAI. */
export const CHAT_MODEL = 'extractive-1'
/** The same answerer over the wire format of Anthropic, for a second provider. */
export const SECOND_CHAT_MODEL = 'extractive-2'
export const EMBEDDING_MODEL = 'universal-sentence-encoder-lite'
