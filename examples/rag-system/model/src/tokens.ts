// What the stand-in model bills: a word piece of up to four letters, a number or a sign is one token.

const TOKEN = /\p{L}{1,4}|\p{N}{1,3}|[^\s\p{L}\p{N}]/gu

/** Number of tokens of a text. */
export function countTokens(text: string): number {
  return text.match(TOKEN)?.length ?? 0
}

/** A text in the pieces in which it is streamed. */
export function piecesOf(text: string): string[] {
  return text.match(/\s*\S+/g) ?? []
}

/** Tokens that a chat format adds to each message. */
const TOKENS_PER_MESSAGE = 4

/** Number of tokens of a prompt. */
export function promptTokensOf(messages: readonly { readonly content: string }[]): number {
  return messages.reduce((sum, { content }) => sum + countTokens(content) + TOKENS_PER_MESSAGE, 0)
}
