import type { Namespace, NamespaceCondition } from '@kubetape/api/types/core/v1'
import { formatGroupResource, setCondition } from '@kubetape/apimachinery'
import { graceSeconds, type ResourceContent } from './namespace-content.ts'

/** The entry of spec.finalizers that is ours. */
export const NAMESPACE_FINALIZER = 'kubernetes'

/** Looks at a namespace that is not yet empty: the first ones follow quickly, then less and less often. */
const LOOK_FIRST_MS = 50
const LOOK_MAX_MS = 2000
/** With Pods that have this much time to end, looking more often than this finds nothing. */
const LOOK_GRACEFUL_MS = 250

/** What to do about a terminating namespace after one look at its content. */
export interface NamespacePlan {
  /** The namespace with a new status to write; undefined: the status stands. */
  readonly status: Namespace | undefined
  /** The namespace without our finalizer, to be sent to its finalize subresource; undefined: not yet, or no more. */
  readonly finalize: Namespace | undefined
  /** Look again after this time; undefined: only when something changes. */
  readonly requeueAfterMs: number | undefined
}

/**
 * Judges what is left of a terminating namespace after everything in it was asked to go (kube-controller-manager's namespace lifecycle).
 * `looks` counts how often it was looked at before.
 */
export function plan(namespace: Namespace, contents: readonly ResourceContent[], looks: number, nowMs: number): NamespacePlan {
  const conditions = conditionsOf(contents).reduce<readonly NamespaceCondition[]>(
    (known, condition) => setCondition(known, condition, nowMs),
    namespace.status?.conditions ?? [],
  )
  const isNews = conditions !== namespace.status?.conditions || namespace.status?.phase !== 'Terminating'
  const next: Namespace = { ...namespace, status: { ...namespace.status, phase: 'Terminating', conditions: [...conditions] } }
  const status = isNews ? next : undefined
  if (contents.some(({ remaining, failure }) => remaining.length > 0 || failure !== undefined)) {
    return { status, finalize: undefined, requeueAfterMs: nextLookMs(contents, looks) }
  }
  const finalizers = namespace.spec?.finalizers ?? []
  if (!finalizers.includes(NAMESPACE_FINALIZER)) return { status, finalize: undefined, requeueAfterMs: undefined }
  const rest = finalizers.filter((one) => one !== NAMESPACE_FINALIZER)
  return { status, finalize: { ...next, spec: { ...namespace.spec, finalizers: rest } }, requeueAfterMs: undefined }
}

function nextLookMs(contents: readonly ResourceContent[], looks: number): number {
  const backoffMs = Math.min(LOOK_MAX_MS, LOOK_FIRST_MS * 2 ** Math.min(looks, 10))
  const isGraceful = contents.some((content) => graceSeconds(content) > 0)
  return isGraceful ? Math.max(LOOK_GRACEFUL_MS, backoffMs) : backoffMs
}

/** The five conditions in upstream's order and words. */
function conditionsOf(contents: readonly ResourceContent[]): NamespaceCondition[] {
  const failures = contents.flatMap(({ failure }) => (failure === undefined ? [] : [failure]))
  const remaining = contents
    .filter((content) => content.remaining.length > 0)
    .map(({ kind, remaining: objects }) => `${kind.resource}.${kind.group} has ${objects.length} resource instances`)
  const finalizers = countFinalizers(contents)
  return [
    is('NamespaceDeletionDiscoveryFailure', false, 'ResourcesDiscovered', 'All resources successfully discovered'),
    is('NamespaceDeletionGroupVersionParsingFailure', false, 'ParsedGroupVersions', 'All legacy kube types successfully parsed'),
    failures.length > 0
      ? is(
          'NamespaceDeletionContentFailure',
          true,
          'ContentDeletionFailed',
          `Failed to delete all resource types, ${failures.length} remaining: ${failures.sort().join(', ')}`,
        )
      : is('NamespaceDeletionContentFailure', false, 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'),
    remaining.length > 0
      ? is('NamespaceContentRemaining', true, 'SomeResourcesRemain', `Some resources are remaining: ${remaining.sort().join(', ')}`)
      : is('NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed'),
    finalizers.length > 0
      ? is(
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${finalizers.join(', ')}`,
        )
      : is('NamespaceFinalizersRemaining', false, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'),
  ]
}

function countFinalizers(contents: readonly ResourceContent[]): string[] {
  const counts = new Map<string, number>()
  for (const { remaining } of contents) {
    for (const object of remaining)
      for (const finalizer of object.metadata?.finalizers ?? []) counts.set(finalizer, (counts.get(finalizer) ?? 0) + 1)
  }
  return [...counts].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`).sort()
}

function is(type: string, status: boolean, reason: string, message: string): NamespaceCondition {
  return { type, status: status ? 'True' : 'False', reason, message }
}

/** How a failed request is told in the condition: the resource, then the reason. */
export function failureText(resource: { group: string; resource: string }, error: unknown): string {
  return `${formatGroupResource(resource)}: ${error instanceof Error ? error.message : String(error)}`
}
