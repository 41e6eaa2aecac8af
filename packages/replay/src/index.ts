/** A tape read back. Start with `replay(reader, { controllers })`; `why`, `objectAt` and `objectsAt` answer questions about the past. */
export { replay, type ReplayOptions, type SkippedRun } from './replay.ts'
export type { Divergence, RunVerdict } from './replay-run.ts'
export { type ChangeOf, objectAt, type ObjectRef, objectsAt, why } from './history.ts'
