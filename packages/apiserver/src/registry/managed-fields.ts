import { cloneJson, deepEqual, formatTime, type KubeObject } from '@kubetape/apimachinery'
import { equalButForTimes } from '../managed-fields/managed-entries.ts'
import { managerOf } from '../managed-fields/manager-name.ts'
import { resetFieldsOf } from '../managed-fields/reset-fields.ts'
import { trackUpdate } from '../managed-fields/track-update.ts'
import type { RequestContext } from './environment.ts'
import type { ServedResource } from './served-resource.ts'
import type { Draft } from './strategy.ts'

/** Notes in `draft.metadata.managedFields` what the writer of this request set, compared with `live` (API concepts, "Field management"). */
export function trackManagedFields(
  resource: ServedResource,
  context: RequestContext,
  live: Readonly<KubeObject> | undefined,
  draft: Draft,
): void {
  const { options, userAgent, patchType } = context.request
  // An apply has said already who owns what.
  if (patchType === 'apply') return
  trackUpdate(draft, {
    tracker: resource.type.tracker,
    forms: resource.forms,
    changingSchema: resource.custom,
    live,
    manager: managerOf(options.fieldManager, userAgent),
    apiVersion: resource.apiVersion,
    time: formatTime(context.nowMs),
    subresource: context.subresource,
    reset: resetFieldsOf(resource.info, context.subresource, resource.custom),
  })
}

/**
 * Takes back the new times of entries where an apply has changed nothing else, so that nothing is written for a change of none; other writes get new times
 * only with changes. Called before the strategy prepares
 * the object: what that takes back later counts as a change, as it does upstream.
 */
export function keepTimesOfNoChange({ type }: ServedResource, draft: Draft, old: Readonly<KubeObject>): void {
  const [given, before] = [draft.metadata?.managedFields, old.metadata?.managedFields]
  if (given === undefined || before === undefined || given === before || deepEqual(given, before)) return
  if (!equalButForTimes(given, before)) return
  // What is stored says nulls that a draft leaves out.
  const whole = cloneJson(draft)
  type.schema.complete(whole)
  const others = (object: Readonly<KubeObject>): KubeObject => ({ ...object, metadata: { ...object.metadata, managedFields: [] } })
  if (deepEqual(others(whole), others(old))) draft.metadata!.managedFields = cloneJson(before)
}
