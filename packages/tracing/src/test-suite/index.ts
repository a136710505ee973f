export { type ContractCase, type DecodedSpan, type ExporterUnderTest, exporterContract, type RunningBackend } from './exporter.js'
