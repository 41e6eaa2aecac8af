/** A tape read back. Start with `replay(reader, { controllers })`; `why`, `objectAt` and `objectsAt` answer questions about the past. */
export { replay, type ReplayOptions } from './replay.ts'
export type { RunVerdict, SkippedRun } from './replay-run.ts'
export type { Divergence } from './run-player.ts'
export { type ChangeOf, objectAt, type ObjectRef, objectsAt, why } from './history.ts'
