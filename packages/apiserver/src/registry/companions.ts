import type { KubeObject } from '@kubetape/apimachinery'
import type { ObjectWrite } from '@kubetape/storage'
import type { RegistryEnvironment, RequestContext } from './environment.ts'
import type { ServedResource } from './served-resource.ts'
import type { Draft } from './strategy.ts'

/**
 * Objects of other kinds that stand and fall with those of one resource and are written in the same commits: the addresses of a Service. No crash
 * leaves one without the other.
 */
export interface Companions {
  /**
   * Called when mutating admission is done with a change, before it is validated, as upstream's registry does; undefined where nothing goes with it. May
   * complete the draft. Throws what the request is refused with, and then keeps nothing. Called again when somebody else was faster with any of the writes.
   */
  accompany(change: AccompaniedChange, context: RequestContext): Accompaniment | undefined
}

export type AccompaniedChange =
  | { readonly operation: 'create'; readonly draft: Draft; readonly old: undefined }
  /** `context.subresource` says by which endpoint. */
  | { readonly operation: 'update'; readonly draft: Draft; readonly old: Readonly<KubeObject> }
  | { readonly operation: 'delete'; readonly draft: undefined; readonly old: Readonly<KubeObject> }

export interface Accompaniment {
  /** What is written in the commit of the change, in stored form. */
  readonly writes: readonly ObjectWrite[]
  /**
   * Called once, when the change is durable or will not be made: of a dry run, after a refusal, when somebody was faster. Then what was set aside for it
   * is free again, and the draft is as it was given.
   */
  readonly settle: (committed: boolean) => void
}

/** What goes with a change on its way to its commit, at most once of each. */
export class AccompanyingWrites {
  readonly writes: readonly ObjectWrite[]
  #settle: ((committed: boolean) => void) | undefined

  constructor({ writes, settle }: Accompaniment) {
    this.writes = writes
    this.#settle = settle
  }

  /** The first call counts. */
  settle(committed: boolean): void {
    const settle = this.#settle
    this.#settle = undefined
    settle?.(committed)
  }
}

/** Does `work`, which may commit a change, with whatever goes with it; afterwards that is settled, whichever way the work ended. */
export function accompanied<A>(
  { companions }: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
  change: AccompaniedChange,
  work: (writes: AccompanyingWrites | undefined) => Promise<A>,
): Promise<A> {
  const accompaniment = companions?.get(`${resource.stored.group}/${resource.stored.resource}`)?.accompany(change, context)
  if (accompaniment === undefined) return work(undefined)
  const writes = new AccompanyingWrites(accompaniment)
  return work(writes).finally(() => writes.settle(false))
}
