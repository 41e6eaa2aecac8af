import { PersistentVolumeClaim as ClaimKind, Pod as PodKind } from '@kubetape/api/kinds'
import type { PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import { type KubeObject, objectKey, StatusError } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { Controller, ReconcileContext, Watch } from '@kubetape/runtime'
import { BY_CLAIM, claimsOf } from '../claim-protection/claim-use.ts'
import { plan } from './plan.ts'

/**
 * Makes the claims that Pods describe in place, in their generic ephemeral volumes (kube-controller-manager's ephemeral-volume-controller). They belong
 * to the Pod, so the garbage collector removes them with it; one that somebody deletes before is made again.
 */
export function ephemeralVolumeController(): Controller {
  // What a Pod describes does not change, so only new Pods are looked at.
  const pods: Watch<Pod> = {
    kind: PodKind,
    map: ({ type, object }) => (type === 'added' && hasEphemeral(object) ? [objectKey(object)] : []),
    predicate: undefined,
    delayMs: undefined,
  }
  const claims: Watch<PersistentVolumeClaim> = {
    kind: ClaimKind,
    map: ({ type, object }, lookup) =>
      type === 'deleted' ? lookup<Pod>(PodKind).byIndex(BY_CLAIM, objectKey(object)).filter(hasEphemeral).map(objectKey) : [],
    predicate: undefined,
    delayMs: undefined,
  }
  return {
    name: 'ephemeral-volume-controller',
    kind: PodKind,
    watches: [pods as unknown as Watch, claims as unknown as Watch],
    reads: [],
    indexes: new Map([[PodKind, { [BY_CLAIM]: claimsOf as unknown as (object: KubeObject) => readonly string[] }]]),
    options: {},
    reconcile: ({ namespace, name }, context) => reconcile(namespace, name, context),
  }
}

const hasEphemeral = ({ spec }: Readonly<Pod>): boolean => (spec.volumes ?? []).some(({ ephemeral }) => ephemeral !== undefined)

/** Under which name its events are known. */
const EVENTS = { component: 'ephemeral_volume' } as const

/** Ends at the first volume that cannot be had, as upstream: the Pod cannot start without it, and the event says which one it is. */
async function reconcile(namespace: string, name: string, { client, lister, event }: ReconcileContext): Promise<void> {
  const pod = lister<Pod>(PodKind).get(namespace, name)
  if (pod === undefined) return
  const claims = lister<PersistentVolumeClaim>(ClaimKind)
  for (const step of plan(pod, (claim) => claims.get(namespace, claim))) {
    const message = step.type === 'refuse' ? step.message : await create(step.claim, client)
    if (message === undefined) continue
    const text = `ephemeral volume ${step.volume}: ${message}`
    event(pod, 'Warning', 'FailedBinding', text, EVENTS)
    throw new Error(`pod ${namespace}/${name}, ${text}`)
  }
}

/** Answers why the server does not want the claim; undefined when it is made. */
async function create(claim: PersistentVolumeClaim, client: Client): Promise<string | undefined> {
  try {
    await client.create(ClaimKind, claim)
    return undefined
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    return `create PVC ${claim.metadata.name}: ${error.message}`
  }
}
