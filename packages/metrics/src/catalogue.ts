// The catalogue under the name of this package, for those who use it alone.
export * from '@rag/core/catalogue'
