// The whole SDK in one object: the parts made once, with one identity, one masker and one list of observers.
import { agent, createFetch, createMasker, drain, type ExpressErrorMiddleware, type ExpressMiddleware } from '@rag/core'
