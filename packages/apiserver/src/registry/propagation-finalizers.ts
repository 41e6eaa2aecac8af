import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from '@kubetape/apimachinery'
import type { DeletionOptions } from './deletion-options.ts'
import type { Draft } from './strategy.ts'

/** What becomes of dependents where neither the request nor the object's finalizers say it. */
export type DefaultPropagation = 'background' | 'orphan'

/**
 * Gives an object that begins to be deleted the finalizers for what garbage collection must do first, and takes away those that the request overrules
 * (Kubernetes documentation, "Garbage Collection"). Finalizers that are there already keep their place.
 */
export function setPropagationFinalizers(draft: Draft, options: DeletionOptions, standard: DefaultPropagation): void {
  const metadata = draft.metadata!
  const before = metadata.finalizers ?? []
  const { orphan, foreground } = wanted(before, options, standard)
  const finalizers = before.filter((one) => one !== ORPHAN_FINALIZER && one !== FOREGROUND_FINALIZER)
  if (orphan) finalizers.push(ORPHAN_FINALIZER)
  if (foreground) finalizers.push(FOREGROUND_FINALIZER)
  if (finalizers.length === before.length && finalizers.every((one) => before.includes(one))) return
  if (finalizers.length > 0) metadata.finalizers = finalizers
  else delete metadata.finalizers
}

function wanted(
  before: readonly string[],
  { propagationPolicy, orphanDependents }: DeletionOptions,
  standard: DefaultPropagation,
): { orphan: boolean; foreground: boolean } {
  if (propagationPolicy !== undefined) return { orphan: propagationPolicy === 'Orphan', foreground: propagationPolicy === 'Foreground' }
  if (orphanDependents !== undefined) return { orphan: orphanDependents, foreground: false }
  const foreground = before.includes(FOREGROUND_FINALIZER)
  return { orphan: before.includes(ORPHAN_FINALIZER) || (!foreground && standard === 'orphan'), foreground }
}
