import type { KubeObject } from '@kubetape/apimachinery'
import type { RunAnswer, RunRequest } from '@kubetape/journal'

/**
 * What the answer to a run's request shows to later reads, before the watch delivers it; undefined for what is no write of an object, or
 * of which the answer does not show the whole. Live runs and replay ask the same.
 */
export function ownWrite({ verb, subresource, options }: RunRequest, answer: RunAnswer): { object: KubeObject; gone: boolean } | undefined {
  if (answer.type !== 'object' || verb === 'get' || options?.['dryRun'] || (subresource !== undefined && subresource !== 'status'))
    return undefined
  return { object: answer.object, gone: isGone(verb, answer.object) }
}

/** Whether an answer shows the last state of an object that is no more: nothing holds its deletion. */
function isGone(verb: RunRequest['verb'], { metadata }: KubeObject): boolean {
  if (verb !== 'delete' && metadata?.deletionTimestamp === undefined) return false
  return (metadata?.finalizers?.length ?? 0) === 0 && (metadata?.deletionGracePeriodSeconds ?? 0) === 0
}
