import { type KubeObject, objectKey } from '@kubetape/apimachinery'
import type { StoreChange } from '@kubetape/informers'
import type { Trigger } from '@kubetape/journal'

/** Triggers remembered per key; more are counted as one. */
const TRIGGERS_MAX = 100

/** Why keys are to be reconciled, until a run takes note of it. */
export class RunTriggers {
  readonly #byKey = new Map<string, Trigger[]>()

  add(key: string, trigger: Trigger): void {
    const triggers = this.#byKey.get(key)
    if (triggers === undefined) this.#byKey.set(key, [trigger])
    else if (triggers.length < TRIGGERS_MAX) triggers.push(trigger)
  }

  /** What leads to the run that begins now. Only a delayed add comes without triggers of its own: an earlier run took them. */
  take(key: string): Trigger[] {
    const triggers = this.#byKey.get(key) ?? [{ cause: 'requeue' }]
    this.#byKey.delete(key)
    return triggers
  }
}

/** A change of an object of this resource, as the reason of a run. */
export function triggerOf(resource: string, { type, object }: StoreChange<KubeObject>): Trigger {
  return {
    cause: 'change',
    resource,
    key: objectKey(object),
    change: type,
    ...(object.metadata?.resourceVersion ? { resourceVersion: object.metadata.resourceVersion } : {}),
  }
}
