import type { CustomResourceDefinition } from '@kubetape/api/types/apiextensions/v1'
import { CustomResourceDefinition as DefinitionKind } from '@kubetape/api/kinds'
import { FOREGROUND_FINALIZER, type Kind, type KubeObject, ORPHAN_FINALIZER } from '@kubetape/apimachinery'
import type { IndexFunctions } from '@kubetape/informers'
import { type Controller, kindId, type KindLookup, type ReconcileContext, type ReconcileResult, type Watch } from '@kubetape/runtime'
import { BY_OWNER, BY_OWNER_KIND, ownersOfNewKind, ownersToLookAfter } from './collector-watch.ts'
import { CustomKinds, ownerKinds } from './custom-kinds.ts'
import { type CollectorKey, isNowhere, OwnerDirectory, type OwnerIdentity, ownerKindsOf } from './owner-identity.ts'
import { blockers, type Dependent, OwnerRun } from './owner-run.ts'
import { isOrphaning, isWaiting } from './plan.ts'

export interface GarbageCollectorOptions {
  /**
   * The built-in kinds whose objects own and are owned; of several versions of a resource the first is watched. What definitions serve is followed
   * while the collector runs. Kinds that are neither are unknown owners: what names one is kept.
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
  const builtin = new OwnerDirectory(resources)
  const first = builtin.kinds[0]
  if (first === undefined) throw new Error('Cannot make a garbage collector: there are no resources')
  const indexes: IndexFunctions<KubeObject> = { [BY_OWNER]: (object) => builtin.ownersOf(object), [BY_OWNER_KIND]: ownerKindsOf }
  // What the informers show now; a run goes by the definitions that it reads.
  const shown = new CustomKinds(builtin)
  const judged = new CustomKinds(builtin)
  const directoryNow = (lookup: KindLookup): OwnerDirectory => shown.under(lookup(DefinitionKind).list())
  let live = builtin
  const watchOf = (kind: Kind, map: Watch['map']): Watch => ({ kind, map, predicate: undefined, delayMs: undefined })
  const ordinary = (kind: Kind): Watch => watchOf(kind, (change, lookup) => ownersToLookAfter(live, kind, change, lookup))
  const definitions = watchOf(DEFINITIONS, (change, lookup) => {
    live = directoryNow(lookup)
    const known = change.previous === undefined ? [] : ownerKinds(change.previous as CustomResourceDefinition)
    const served = change.type === 'deleted' ? [] : ownerKinds(change.object as CustomResourceDefinition)
    const fresh = known.length === 0 ? served : []
    return [...ownersToLookAfter(live, DEFINITIONS, change, lookup), ...fresh.flatMap(({ kind }) => ownersOfNewKind(live, kind, lookup))]
  })
  return {
    name: 'garbage-collector',
    kind: first,
    watches: [definitions, ...builtin.kinds.filter((kind) => kindId(kind) !== kindId(DEFINITIONS)).map(ordinary)],
    reads: [],
    indexes: new Map([DEFINITIONS, ...builtin.kinds].map((kind) => [kind, indexes])),
    follows: {
      kind: DEFINITIONS,
      indexes,
      watches: (definition) => ownerKinds(definition as CustomResourceDefinition).map(({ kind }) => ordinary(kind)),
    },
    options: { concurrencyMax: CONCURRENT_OWNERS },
    reconcile: ({ key }, context) => {
      const directory = judged.under(context.lister(DefinitionKind).list())
      return reconcile(directory, directory.parseKey(key), context)
    },
  }
}

const DEFINITIONS = DefinitionKind as unknown as Kind

async function reconcile(directory: OwnerDirectory, key: CollectorKey | undefined, context: ReconcileContext): Promise<ReconcileResult> {
  if (key === undefined) return {}
  const isServed = directory.serves(key.owner.kind)
  // Of a kind that is not served any more, only what was seen going is known to be gone.
  if (!isServed && key.unseen) return {}
  const run = new OwnerRun(directory, context, isServed ? undefined : key.owner.kind)
  const object = run.known(key.owner)
  if (object === undefined) return collectOrphaned(run, key, context, isServed)
  if (isOrphaning(object)) {
    await run.setFree(run.dependentsOf(key.owner), key.owner.uid)
    await run.removeFinalizer(key.owner, object, ORPHAN_FINALIZER)
    return {}
  }
  return isWaiting(object) ? letGoInForeground(run, key.owner, object) : {}
}

/** The owner is nowhere to be seen: if the API says so too, what it owned is collected. */
async function collectOrphaned(
  run: OwnerRun,
  { owner, unseen }: CollectorKey,
  context: ReconcileContext,
  isServed: boolean,
): Promise<ReconcileResult> {
  const dependents = run.dependentsOf(owner)
  if (dependents.length === 0) return {}
  if (isNowhere(owner)) {
    if (isServed) reportForeignOwner(owner, dependents, context)
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
