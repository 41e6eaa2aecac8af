import { FOREGROUND_FINALIZER, type Kind, type KubeObject, ORPHAN_FINALIZER } from '@kubetape/apimachinery'
import type { IndexFunctions } from '@kubetape/informers'
import type { Controller, ReconcileContext, ReconcileResult, Watch } from '@kubetape/runtime'
import { BY_OWNER, ownersToLookAfter } from './collector-watch.ts'
import { type CollectorKey, isNowhere, OwnerDirectory, type OwnerIdentity } from './owner-identity.ts'
import { blockers, type Dependent, OwnerRun } from './owner-run.ts'
import { isOrphaning, isWaiting } from './plan.ts'

export interface GarbageCollectorOptions {
  /**
   * The kinds whose objects own and are owned; of several versions of a resource the first is watched. Kinds that are not among them are
   * unknown owners: what names one is kept. The set is fixed: for a new custom resource a new collector takes this one's place.
   */
  readonly resources: readonly Kind[]
}

/** Owners looked after at the same time (kube-controller-manager's --concurrent-gc-syncs). */
const CONCURRENT_OWNERS = 20
/** An owner that exists but has not been seen yet is looked for again after this time. */
const UNSEEN_AGAIN_MS = 1000
/** An owner that waits is looked after this often even if no change was heard of. */
const WAITING_AGAIN_MS = 30_000

/**
 * Deletes what has lost its owners, and lets owners go once what they own is gone or set free (Kubernetes documentation, "Garbage Collection";
 * kube-controller-manager's garbage-collector-controller). A run is about one owner, by identity and not by name: it looks after everything
 * that names this owner, so the work of an event is proportional to the owner's dependents.
 */
export function garbageCollectorController({ resources }: GarbageCollectorOptions): Controller {
  const directory = new OwnerDirectory(resources)
  const first = directory.kinds[0]
  if (first === undefined) throw new Error('Cannot make a garbage collector: there are no resources')
  const byOwner: IndexFunctions<KubeObject> = { [BY_OWNER]: (object) => directory.ownersOf(object) }
  return {
    name: 'garbage-collector',
    kind: first,
    watches: directory.kinds.map((kind): Watch => ({
      kind,
      map: (change, lookup) => ownersToLookAfter(directory, kind, change, lookup),
      predicate: undefined,
      delayMs: undefined,
    })),
    reads: [],
    indexes: new Map(directory.kinds.map((kind) => [kind, byOwner])),
    options: { concurrencyMax: CONCURRENT_OWNERS },
    reconcile: ({ key }, context) => reconcile(directory, directory.parseKey(key), context),
  }
}

async function reconcile(directory: OwnerDirectory, key: CollectorKey | undefined, context: ReconcileContext): Promise<ReconcileResult> {
  if (key === undefined) return {}
  const run = new OwnerRun(directory, context)
  const object = run.known(key.owner)
  if (object === undefined) return collectOrphaned(run, key, context)
  if (isOrphaning(object)) {
    await run.setFree(run.dependentsOf(key.owner), key.owner.uid)
    await run.removeFinalizer(key.owner, object, ORPHAN_FINALIZER)
    return {}
  }
  return isWaiting(object) ? letGoInForeground(run, key.owner, object) : {}
}

/** The owner is nowhere to be seen: if the API says so too, what it owned is collected. */
async function collectOrphaned(run: OwnerRun, { owner, unseen }: CollectorKey, context: ReconcileContext): Promise<ReconcileResult> {
  const dependents = run.dependentsOf(owner)
  if (dependents.length === 0) return {}
  if (isNowhere(owner)) {
    reportForeignOwner(owner, dependents, context)
    return {}
  }
  await run.ask([owner])
  if (run.stateOf(owner) !== 'absent') return { requeueAfterMs: UNSEEN_AGAIN_MS }
  if (unseen) reportForeignOwner(owner, dependents, context)
  await run.collect(dependents)
  return {}
}

/** What it owns is deleted; when nothing is left that it has to wait for, it goes. */
async function letGoInForeground(run: OwnerRun, owner: OwnerIdentity, object: KubeObject): Promise<ReconcileResult> {
  await run.collect(run.dependentsOf(owner))
  if (blockers(run.dependentsOf(owner), owner).length > 0) return { requeueAfterMs: WAITING_AGAIN_MS }
  const current = run.known(owner) ?? object
  await run.removeFinalizer(owner, current, FOREGROUND_FINALIZER)
  return {}
}

/** Tells about references to an owner that exists, but in another namespace: it cannot own anything here. */
function reportForeignOwner(owner: OwnerIdentity, dependents: readonly Dependent[], context: ReconcileContext): void {
  if (!owner.kind.namespaced) return
  const elsewhere = context
    .lister(owner.kind)
    .list()
    .some(({ metadata }) => metadata?.uid === owner.uid && metadata.namespace !== owner.namespace)
  if (!elsewhere) return
  for (const { kind, object } of dependents) reportInvalidNamespace(kind, object, owner, context)
}

function reportInvalidNamespace(kind: Kind, object: KubeObject, owner: OwnerIdentity, context: ReconcileContext): void {
  const { namespace = '', ownerReferences = [] } = object.metadata ?? {}
  const reference = ownerReferences.find(({ uid }) => uid === owner.uid)
  if (reference === undefined) return
  const { apiVersion, name, uid } = reference
  const text = `[${apiVersion}/${reference.kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`
  const regarding = { ...object, apiVersion: kind.group ? `${kind.group}/${kind.version}` : kind.version, kind: kind.kind }
  context.event(
    regarding,
    'Warning',
    'OwnerRefInvalidNamespace',
    `ownerRef ${text} does not exist in namespace ${JSON.stringify(namespace)}`,
  )
}
