import { isNotFound, isStatusError, type Kind, type KubeObject, type OwnerReference } from '@kubetape/apimachinery'
import type { ReconcileContext } from '@kubetape/runtime'
import { BY_OWNER } from './collector-watch.ts'
import { identityText, isNowhere, type OwnerDirectory, type OwnerIdentity } from './owner-identity.ts'
import { blocks, type DependentAction, isWaiting, type OwnerState, plan } from './plan.ts'

/** An object that has an owner, with the kind that serves it. */
export interface Dependent {
  readonly kind: Kind
  readonly object: KubeObject
}

/** Requests under way at the same time within one run. */
const PARALLEL_MAX = 50

/**
 * One run of the collector: what it reads and asks for, all of it through the run's context. Requests are sent in rounds whose order does not
 * depend on when answers arrive, so that a replay sends the same ones.
 */
export class OwnerRun {
  readonly #directory: OwnerDirectory
  readonly #context: ReconcileContext
  /** A custom kind that is no longer served: its objects are gone, and nobody can be asked. */
  readonly #gone: Kind | undefined
  /** States found by asking the API, by identity. */
  readonly #asked = new Map<string, OwnerState>()

  constructor(directory: OwnerDirectory, context: ReconcileContext, gone?: Kind) {
    this.#directory = gone === undefined ? directory : directory.withGone(gone)
    this.#context = context
    this.#gone = gone
  }

  /** The owner as its informer shows it, if it shows one with this uid. */
  known(owner: OwnerIdentity): KubeObject | undefined {
    if (this.#isGone(owner.kind)) return undefined
    const object = this.#context.lister(owner.kind).get(owner.namespace, owner.name)
    return object?.metadata?.uid === owner.uid ? object : undefined
  }

  /** Everything that names this owner, of all kinds. */
  dependentsOf(owner: OwnerIdentity): Dependent[] {
    const value = this.#directory.indexValueOf(owner)
    const kinds = this.#directory.kinds.filter((kind) => !this.#isGone(kind))
    return kinds.flatMap((kind) =>
      this.#context
        .lister(kind)
        .byIndex(BY_OWNER, value)
        .filter((object) => this.#directory.isOwnedBy(object, owner))
        .map((object) => ({ kind, object })),
    )
  }

  /** Asks the API about owners that no informer shows. */
  async ask(owners: Iterable<OwnerIdentity>): Promise<void> {
    const missing = new Map<string, OwnerIdentity>()
    for (const owner of owners) {
      const id = identityText(owner)
      if (!this.#asked.has(id) && !isNowhere(owner) && this.known(owner) === undefined) missing.set(id, owner)
    }
    await inRounds([...missing], async ([id, owner]) => {
      this.#asked.set(id, await this.#liveState(owner))
    })
  }

  /** The state of an owner that is known or was asked about. */
  stateOf(owner: OwnerIdentity): OwnerState {
    const object = this.known(owner)
    if (object === undefined) return this.#asked.get(identityText(owner)) ?? 'unknown'
    return isWaiting(object) ? 'waiting' : 'solid'
  }

  /** Deletes, frees or keeps these objects, each by all its owners. Rejects with the first failure after having tried all. */
  async collect(dependents: readonly Dependent[]): Promise<void> {
    const alive = dependents.filter(({ object }) => object.metadata?.deletionTimestamp === undefined)
    await this.ask(alive.flatMap(({ object }) => this.#ownersOf(object).flatMap((owner) => (owner === 'unresolved' ? [] : [owner]))))
    const planned = alive.map((dependent) => ({ dependent, action: this.#planFor(dependent) }))
    // Two passes: what must be let go of first is, before anything is deleted.
    await inRounds(planned, ({ dependent, action }) => this.#letGo(dependent, action))
    await inRounds(planned, ({ dependent, action }) => this.#delete(dependent, action))
  }

  /** Takes away every reference to this owner, as orphaning asks for. */
  async setFree(dependents: readonly Dependent[], ownerUid: string): Promise<void> {
    await inRounds(dependents, (dependent) => this.#dropReferences(dependent, [ownerUid]))
  }

  /** Takes a finalizer off an owner; what happened meanwhile makes it fail with a conflict, and the run is made again. */
  async removeFinalizer({ kind }: OwnerIdentity, object: KubeObject, finalizer: string): Promise<void> {
    const { namespace, name = '', finalizers = [], resourceVersion } = object.metadata ?? {}
    const body = { metadata: { resourceVersion, finalizers: finalizers.filter((one) => one !== finalizer) } }
    await unlessGone(this.#context.client.patch(kind, { ...(namespace ? { namespace } : {}), name }, { type: 'merge', body }))
  }

  #ownersOf({ metadata }: KubeObject): ReturnType<OwnerDirectory['resolve']>[] {
    return (metadata?.ownerReferences ?? []).map((reference) => this.#directory.resolve(reference, metadata?.namespace ?? ''))
  }

  #planFor({ kind, object }: Dependent): DependentAction {
    const owners = this.#ownersOf(object).map((owner): OwnerState => (owner === 'unresolved' ? 'unknown' : this.stateOf(owner)))
    const own = owners.includes('waiting') && !owners.includes('solid') ? this.dependentsOf(this.#directory.identityOf(kind, object)) : []
    return plan({ object, owners, hasDependents: own.length > 0, hasWaitingDependent: own.some((one) => isWaiting(one.object)) })
  }

  #isGone(kind: Kind): boolean {
    return this.#gone !== undefined && kind.group === this.#gone.group && kind.resource === this.#gone.resource
  }

  async #liveState({ kind, namespace, name, uid }: OwnerIdentity): Promise<OwnerState> {
    if (this.#isGone(kind)) return 'absent'
    try {
      const object = await this.#context.client.get(kind, { ...(namespace ? { namespace } : {}), name })
      if (object.metadata?.uid !== uid) return 'absent'
      return isWaiting(object) ? 'waiting' : 'solid'
    } catch (error) {
      // The server must know the resource and miss the object; if it does not know the resource, nothing follows for the object.
      if (isNotFound(error) && error.status.details?.name === name) return 'absent'
      throw error
    }
  }

  async #letGo(dependent: Dependent, action: DependentAction): Promise<void> {
    if (action.type === 'drop-references') await this.#dropReferences(dependent, action.uids)
    if (action.type !== 'delete' || !action.unblock) return
    const references = (dependent.object.metadata?.ownerReferences ?? []).map((reference) => ({ ...reference, blockOwnerDeletion: false }))
    await this.#writeReferences(
      dependent,
      references,
      references.map(({ uid }) => ({ uid, blockOwnerDeletion: false })),
    )
  }

  async #delete({ kind, object }: Dependent, action: DependentAction): Promise<void> {
    if (action.type !== 'delete') return
    const { namespace, name = '', uid = '', resourceVersion = '' } = object.metadata ?? {}
    // The version makes sure that its owners are still those that were judged; after unblocking it is ours that changed it.
    const preconditions = action.unblock ? { uid } : { uid, resourceVersion }
    await unlessGone(
      this.#context.client.delete(
        kind,
        { ...(namespace ? { namespace } : {}), name },
        { propagationPolicy: action.propagationPolicy, preconditions },
      ),
    )
  }

  async #dropReferences(dependent: Dependent, uids: readonly string[]): Promise<void> {
    const kept = (dependent.object.metadata?.ownerReferences ?? []).filter(({ uid }) => !uids.includes(uid))
    await this.#writeReferences(
      dependent,
      kept,
      uids.map((uid) => ({ $patch: 'delete', uid })),
    )
  }

  /** By the strategic patch, which touches nothing else; kinds that do not take it (custom resources) get the whole list, if nobody changed the object. */
  async #writeReferences({ kind, object }: Dependent, references: readonly OwnerReference[], changes: readonly object[]): Promise<void> {
    const { namespace, name = '', uid, resourceVersion } = object.metadata ?? {}
    const target = { ...(namespace ? { namespace } : {}), name }
    const { client } = this.#context
    try {
      await unlessGone(client.patch(kind, target, { type: 'strategic', body: { metadata: { uid, ownerReferences: changes } } }))
    } catch (error) {
      if (!isStatusError(error) || error.httpCode !== 415) throw error
      await unlessGone(
        client.patch(kind, target, { type: 'merge', body: { metadata: { uid, resourceVersion, ownerReferences: references } } }),
      )
    }
  }
}

/** Objects that this owner still has to wait for. */
export function blockers(dependents: readonly Dependent[], owner: OwnerIdentity): Dependent[] {
  return dependents.filter(({ object }) => object.metadata?.uid !== owner.uid && blocks(object, owner.uid))
}

/** What is not there any more needs nothing. A conflict is left to the caller: it means that the judgement is out of date. */
async function unlessGone(request: Promise<unknown>): Promise<void> {
  try {
    await request
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

async function inRounds<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  let failed: { readonly error: unknown } | undefined
  for (let at = 0; at < items.length; at += PARALLEL_MAX) {
    const results = await Promise.allSettled(items.slice(at, at + PARALLEL_MAX).map(act))
    for (const result of results) if (result.status === 'rejected') failed ??= { error: result.reason }
  }
  if (failed !== undefined) throw failed.error
}
