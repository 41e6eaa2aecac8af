import type { Kind, KubeObject } from '@kubetape/apimachinery'
import { hasFinalizer, withFinalizer, withoutFinalizer } from './finalizer.ts'
import type { Reconcile, ReconcileContext, ReconcileResult } from './reconcile.ts'

/** What is to be done before an object of a controller's kind may go. */
export interface Finalizing<T extends KubeObject = KubeObject> {
  /** `domain/name` (API reference, Finalizers). */
  readonly name: string
  /** Which objects have it. One that answers false after true is cleaned up, and goes on without. Default: all. */
  readonly on?: (object: T) => boolean
  readonly cleanup: (object: T, context: ReconcileContext) => Promise<ReconcileResult | void> | ReconcileResult | void
}

/**
 * `reconcile` with the care for a finalizer around it: added before anything else is done, and taken off after `cleanup` did its work. Both
 * are merge patches that name the resourceVersion they were decided at, so nobody else's finalizers are lost.
 */
export function withFinalizing(kind: Kind, { name: finalizer, on = () => true, cleanup }: Finalizing, reconcile: Reconcile): Reconcile {
  return async (request, context) => {
    const object = context.lister(kind).get(request.namespace, request.name)
    if (object === undefined) return reconcile(request, context)
    const put = (changed: KubeObject): Promise<KubeObject> =>
      context.client.patch(kind, request, {
        type: 'merge',
        body: { metadata: { finalizers: changed.metadata!.finalizers, resourceVersion: object.metadata!.resourceVersion } },
      })
    const isGoing = object.metadata?.deletionTimestamp !== undefined
    if (!isGoing && on(object)) {
      if (!hasFinalizer(object, finalizer)) await put(withFinalizer(object, finalizer))
      return reconcile(request, context)
    }
    if (hasFinalizer(object, finalizer)) {
      const result = await cleanup(object, context)
      if (result?.requeueAfterMs !== undefined || result?.requeue === true) return result
      await put(withoutFinalizer(object, finalizer))
    }
    return isGoing ? undefined : reconcile(request, context)
  }
}
