/** A tape read back. Start with `replay(reader, { controllers })`; `why`, `objectAt` and `objectsAt` answer questions about the past. */
export { replay, type ReplayOptions } from './replay.ts'
export type { Divergence, RunVerdict, SkippedRun } from './replay-run.ts'
export { type ChangeOf, objectAt, type ObjectRef, objectsAt, why } from './history.ts'
