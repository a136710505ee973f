// What llm-service reads from its environment: providers in the order in which they are tried, budgets, Redis.
import Anthropic from '@anthropic-ai/sdk'
import { secret } from '@rag-example/wire'
import { Redis } from 'ioredis'
import OpenAI from 'openai'
import { type Provider, viaAnthropic, viaOpenAi } from './providers.js'

export interface LlmEnvironment {
  /** The first is preferred. */
  readonly providers: readonly Provider[]
  readonly encoder: OpenAI
  readonly redis: Redis | undefined
  /** USD a user may spend in a day. */
  readonly userBudgetUsd: number
  /** USD that all users may spend in a day. */
  readonly dailyBudgetUsd: number
}

export function readEnvironment(environment: NodeJS.ProcessEnv = process.env): LlmEnvironment {
  const { ENCODER_URL, REDIS_URL, CHAT_MODEL = 'extractive-1', FALLBACK_MODEL = 'extractive-2' } = environment
  const { OPENAI_BASE_URL, ANTHROPIC_BASE_URL, USER_BUDGET_USD = '1', DAILY_BUDGET_USD = '20' } = environment
  const [openaiKey, anthropicKey] = [secret('OPENAI_API_KEY', environment), secret('ANTHROPIC_API_KEY', environment)]
  const providers: Provider[] = []
  if (openaiKey || OPENAI_BASE_URL)
    providers.push(viaOpenAi(new OpenAI({ apiKey: openaiKey ?? 'none', baseURL: OPENAI_BASE_URL }), CHAT_MODEL))
  if (anthropicKey || ANTHROPIC_BASE_URL)
    providers.push(viaAnthropic(new Anthropic({ apiKey: anthropicKey ?? 'none', baseURL: ANTHROPIC_BASE_URL }), FALLBACK_MODEL))
  return {
    providers,
    encoder: new OpenAI({ baseURL: ENCODER_URL, apiKey: 'none' }),
    redis: REDIS_URL ? new Redis(REDIS_URL) : undefined,
    userBudgetUsd: Number(USER_BUDGET_USD),
    dailyBudgetUsd: Number(DAILY_BUDGET_USD)
  }
}
