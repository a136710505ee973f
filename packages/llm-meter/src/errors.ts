// The error codes of this package.

export const llmMeterErrors = {
  RAG_LLM_BUDGET: 'A call was refused because a budget is exhausted.',
  RAG_LLM_BUDGET_STORE: 'A call was refused because the store of a budget is away and the budget fails closed.',
  RAG_LLM_OPTION: 'The meter, a budget or a helper was given a wrong option.',
  RAG_LLM_CLIENT: 'wrap() was given something that is no object.',
  RAG_LLM_FAILOVER: 'meter.failover() was given no target.',
  RAG_LLM_EMBED: 'An embedding request returned another number of vectors than it was sent texts.'
} as const
