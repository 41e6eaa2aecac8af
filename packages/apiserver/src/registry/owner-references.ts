import type { OwnerReference } from '@kubetape/apimachinery'
import { deepEqual } from '@kubetape/apimachinery'
import type { RequestContext } from './environment.ts'
import type { Draft } from './strategy.ts'

/** Takes owner references that are there twice out of a draft and warns of them, as v1.20 and later do; `when` says since when they are there. */
export function dropRepeatedOwners(context: RequestContext, { metadata }: Draft, when = ''): void {
  const owners = metadata?.ownerReferences ?? []
  if (owners.length < 2) return
  const kept: OwnerReference[] = []
  const repeated = new Set<string>()
  for (const owner of owners) {
    if (kept.some((one) => deepEqual(one, owner))) repeated.add(owner.uid)
    else kept.push(owner)
  }
  if (repeated.size === 0) return
  metadata!.ownerReferences = kept
  context.warn(
    `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${[...repeated].join(', ')}`,
  )
}
