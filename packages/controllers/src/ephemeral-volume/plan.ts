import type { PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import { controllerOf } from '@kubetape/apimachinery'

export type ClaimStep =
  /** The claim of one volume is missing. */
  | { readonly type: 'create'; readonly volume: string; readonly claim: PersistentVolumeClaim }
  /** A claim of its name is somebody else's: the Pod must not get at it (KEP-1698). */
  | { readonly type: 'refuse'; readonly volume: string; readonly message: string }

/** What to do for a Pod, in the order of its volumes, where `claimNamed` knows the claims of its namespace. */
export function plan(pod: Readonly<Pod>, claimNamed: (name: string) => Readonly<PersistentVolumeClaim> | undefined): ClaimStep[] {
  if (pod.metadata.deletionTimestamp !== undefined) return []
  return (pod.spec.volumes ?? []).flatMap(({ name: volume, ephemeral }): ClaimStep[] => {
    if (ephemeral === undefined) return []
    const name = `${pod.metadata.name}-${volume}`
    const found = claimNamed(name)
    if (found === undefined) return [{ type: 'create', volume, claim: claimFor(pod, name, ephemeral.volumeClaimTemplate) }]
    return isFor(pod, found) ? [] : [{ type: 'refuse', volume, message: notFor(pod, found) }]
  })
}

type ClaimTemplate = NonNullable<NonNullable<NonNullable<Pod['spec']['volumes']>[number]['ephemeral']>['volumeClaimTemplate']>

/** A claim as its template says, that goes with its Pod. */
function claimFor({ metadata }: Readonly<Pod>, name: string, template: ClaimTemplate | undefined): PersistentVolumeClaim {
  const { labels, annotations } = template?.metadata ?? {}
  return {
    metadata: {
      namespace: metadata.namespace ?? '',
      name,
      ownerReferences: [
        {
          apiVersion: 'v1',
          kind: 'Pod',
          name: metadata.name ?? '',
          uid: metadata.uid ?? '',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: template?.spec ?? {},
  }
}

const isFor = (pod: Readonly<Pod>, claim: Readonly<PersistentVolumeClaim>): boolean => controllerOf(claim)?.uid === pod.metadata.uid

const notFor = (pod: Readonly<Pod>, { metadata }: Readonly<PersistentVolumeClaim>): string =>
  `PVC ${metadata.namespace}/${metadata.name} was not created for pod ${pod.metadata.namespace}/${pod.metadata.name} (pod is not owner)`
