import {
  Node as NodeKind,
  PersistentVolume as VolumeKind,
  PersistentVolumeClaim as ClaimKind,
  Pod as PodKind,
  StorageClass as ClassKind,
} from '@kubetape/api/kinds'
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import type { StorageClass } from '@kubetape/api/types/storage/v1'
import { deepEqual, objectKey } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { StoreChange } from '@kubetape/informers'
import {
  type Controller,
  controllerFor,
  keysOf,
  type KindLookup,
  type ReconcileContext,
  type ReconcileResult,
  TerminalError,
} from '@kubetape/runtime'
import { BY_CLAIM, claimsOf } from '../claim-protection/claim-use.ts'
import { boundTo, inPhase, naming, referringTo, without } from './binding-steps.ts'
import { type ClaimAction, type ClaimObserved, isSettled, planClaim } from './claim-plan.ts'
import { withMigrationMark } from './csi-migration.ts'
import { EVENT_SOURCE } from './event-source.ts'
import type { InTreeOptions } from './in-tree-plugins.ts'
import { readClaim } from './live-reads.ts'
import type { OperationBackOff } from './operation-back-off.ts'
import { provisionClaim } from './provision-claim.ts'
import { BIND_COMPLETED } from './storage-annotations.ts'
import { classNameOf, defaultClass } from './storage-class.ts'
import { RESYNC_MS, syncOnce, syncRateLimiter } from './sync-pace.ts'
import { UnfinishedStorage } from './unfinished-storage.ts'
import { volumeModeOf } from './volume-fit.ts'
import { BY_CLAIM_REFERENCE, byClaimReference, byFreedom, FREE, matchOf } from './volume-index.ts'

/** Claims worked on at the same time, so that their writes share commits. Upstream binds one after the other. */
const CONCURRENT_CLAIMS = 32
/** The index of claims that are not bound. */
const WAITING = 'waiting'

/**
 * Binds claims to volumes: the claims' half of kube-controller-manager's persistentvolume-binder-controller. A new volume wakes no claim but the one
 * that it refers to by uid; others find it at the next resync.
 */
export function claimBinderController({ plugins, unfinished = new UnfinishedStorage() }: InTreeOptions): Controller {
  // Volumes that runs under way have chosen and whose writes have not been answered: no two claims may choose the same.
  const taken = new Set<string>()
  return controllerFor<PersistentVolumeClaim>(ClaimKind, { predicate: isUnsettledUpdate })
    .named('persistentvolume-binder-claims')
    .with({ concurrencyMax: CONCURRENT_CLAIMS, rateLimiter: syncRateLimiter })
    .watches<PersistentVolume>(VolumeKind, (change, lookup) => (isOwnWrite(change, taken) ? [] : claimsToWake(change, lookup)))
    .reads<StorageClass>(ClassKind)
    .reads<Pod>(PodKind)
    .reads<Node>(NodeKind)
    .index<PersistentVolume>(VolumeKind, FREE, byFreedom)
    .index<PersistentVolume>(VolumeKind, BY_CLAIM_REFERENCE, byClaimReference)
    .index<PersistentVolumeClaim>(ClaimKind, WAITING, byWaiting)
    .index<Pod>(PodKind, BY_CLAIM, claimsOf)
    .every(RESYNC_MS, (lookup) => keysOf(lookup(ClaimKind).byIndex(WAITING, WAITING)))
    .reconcile(({ namespace, name }, context) => reconcile(namespace, name, context, { plugins, unfinished, taken }))
}

/** Files claims that have no volume, or have lost it. */
function byWaiting({ metadata, status }: PersistentVolumeClaim): string[] {
  return metadata.annotations?.[BIND_COMPLETED] === undefined || status?.phase !== 'Bound' ? [WAITING] : []
}

/** A claim that has come to be Bound says so to those who made it; whatever else changes of it is looked at. */
function isUnsettledUpdate({ object, previous }: StoreChange<PersistentVolumeClaim>): boolean {
  if (byWaiting(object).length > 0) return true
  return !deepEqual(
    [object.metadata.annotations, object.status?.accessModes],
    [previous?.metadata.annotations, previous?.status?.accessModes],
  )
}

/** A run under way is binding the volume: it goes on itself, and is tried again when it fails. */
function isOwnWrite({ type, object }: StoreChange<PersistentVolume>, taken: ReadonlySet<string>): boolean {
  return type === 'updated' && taken.has(object.metadata.name ?? '')
}

/** The claims that a volume refers to, or has referred to before this change, unless the two are bound as they should be; and that of one that is gone. */
function claimsToWake({ type, object, previous }: StoreChange<PersistentVolume>, lookup: KindLookup): string[] {
  const keys = new Set<string>()
  for (const { claimRef } of [object.spec ?? {}, previous?.spec ?? {}]) {
    if (!claimRef?.uid) continue
    const key = `${claimRef.namespace ?? ''}/${claimRef.name ?? ''}`
    const claim = lookup<PersistentVolumeClaim>(ClaimKind).get(key)
    // One that is too new to be in sight is looked at when it comes in sight.
    if (claim?.metadata.uid !== claimRef.uid) continue
    if (type === 'deleted') keys.add(key)
    else if (claim.spec?.volumeName ? !isSettled(claim, object) : volumeModeOf(claim) === volumeModeOf(object)) keys.add(key)
  }
  return [...keys]
}

/** What the runs of a controller share. */
interface Shared extends Required<InTreeOptions> {
  readonly taken: Set<string>
}

async function reconcile(namespace: string, name: string, context: ReconcileContext, shared: Shared): Promise<ReconcileResult | void> {
  const shown = context.lister<PersistentVolumeClaim>(ClaimKind).get(namespace, name)
  if (shown === undefined) return
  return syncOnce(async () => {
    const marked = withMigrationMark(shown, context.gates)
    const claim = marked === shown ? shown : await context.client.update<PersistentVolumeClaim>(ClaimKind, marked)
    const observed = observe(claim, context, shared.taken)
    for (const action of planClaim(observed)) await perform(action, observed, context, shared)
  })
}

function observe(claim: PersistentVolumeClaim, { lister, gates, outside }: ReconcileContext, taken: ReadonlySet<string>): ClaimObserved {
  const volumes = lister<PersistentVolume>(VolumeKind)
  const classes = lister<StorageClass>(ClassKind)
  const className = classNameOf(claim)
  const { volumeName } = claim.spec ?? {}
  return {
    claim,
    named: volumeName ? volumes.get('', volumeName) : undefined,
    storageClass: className === '' ? undefined : classes.get('', className),
    gates,
    match: (late) => matchOf(claim, volumes, { gates, late, taken: new Set(outside(() => [...taken])) }),
    defaultClass: () => defaultClass(classes.list()),
    unscheduledPods: () =>
      lister<Pod>(PodKind)
        .byIndex(BY_CLAIM, objectKey(claim))
        .filter(({ spec }) => !spec.nodeName)
        .map(({ metadata }) => metadata.name ?? ''),
  }
}

async function perform(
  action: ClaimAction,
  { claim, storageClass }: ClaimObserved,
  context: ReconcileContext,
  shared: Shared,
): Promise<void> {
  const { client, event } = context
  switch (action.type) {
    case 'bind':
      return bind(action.volume, claim, context, shared.taken)
    case 'provision':
      context.carry(await provisionClaim(claim, storageClass, shared, context, context.carried as OperationBackOff | undefined))
      return
    case 'set-class':
      await client.update<PersistentVolumeClaim>(ClaimKind, { ...claim, spec: { ...claim.spec, storageClassName: action.className } })
      return
    case 'fail':
      throw new TerminalError(action.message)
    case 'event':
      event(claim, action.eventType, action.reason, action.message, EVENT_SOURCE)
      return
    case 'without-volume': {
      const right = without(claim, action.phase, context.gates)
      if (right !== claim) await client.update<PersistentVolumeClaim>(ClaimKind, right, { subresource: 'status' })
    }
  }
}

async function bind(volume: PersistentVolume, claim: PersistentVolumeClaim, context: ReconcileContext, taken: Set<string>): Promise<void> {
  const { client, gates, outside } = context
  const name = volume.metadata.name ?? ''
  outside(() => (taken.add(name), true))
  try {
    const referring = referringTo(volume, claim)
    // A volume that was given to a claim that is gone by now would be Released, and with it what it holds reclaimed.
    if (referring !== volume && !(await isStillThere(claim, client))) return
    const referred = referring === volume ? volume : await client.update<PersistentVolume>(VolumeKind, referring)
    const phased = inPhase(referred, 'Bound')
    if (phased !== referred) await client.update<PersistentVolume>(VolumeKind, phased, { subresource: 'status' })
  } finally {
    taken.delete(name)
  }
  const named = naming(claim, volume)
  const complete = named === claim ? claim : await client.update<PersistentVolumeClaim>(ClaimKind, named)
  const bound = boundTo(complete, volume, gates)
  if (bound !== complete) await client.update<PersistentVolumeClaim>(ClaimKind, bound, { subresource: 'status' })
}

async function isStillThere({ metadata }: Readonly<PersistentVolumeClaim>, client: Client): Promise<boolean> {
  const { namespace = '', name = '', uid } = metadata
  return (await readClaim(client, { namespace, name }))?.metadata.uid === uid
}
