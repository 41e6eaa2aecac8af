import { formatTime, type KubeObject } from '@kubetape/apimachinery'
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
    live,
    manager: managerOf(options.fieldManager, userAgent),
    apiVersion: resource.apiVersion,
    time: formatTime(context.nowMs),
    subresource: context.subresource,
    reset: resetFieldsOf(resource.info, context.subresource, resource.custom),
  })
}
