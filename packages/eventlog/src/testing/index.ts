/** For tests: `eventLogContract(name, makeLog)` is what every driver passes. */
export { eventLogContract } from './event-log-contract.ts'
export type { LogMaker } from './log-maker.ts'
