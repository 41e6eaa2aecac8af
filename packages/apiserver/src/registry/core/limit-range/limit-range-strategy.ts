import type { LimitRange, LimitRangeItem } from '@kubetape/api/types/core/v1'
import { formatTime } from '@kubetape/apimachinery'
import type { Strategy } from '../../strategy.ts'
import { validateLimitRange } from './limit-range-validation.ts'

/** What a container gets that says nothing: the limit from the maximum, the request from the limit or the minimum. */
function defaultItem(item: LimitRangeItem): void {
  if (item.type !== 'Container') return
  const limits = { ...item.max, ...item.default }
  const requests = { ...item.min, ...limits, ...item.defaultRequest }
  if (Object.keys(limits).length > 0) item.default = limits
  if (Object.keys(requests).length > 0) item.defaultRequest = requests
}

/** Limits of what Pods, containers and claims of a namespace may ask for (API reference, core/v1 LimitRange). */
export const limitRangeStrategy: Strategy = {
  createOnUpdate: true,
  default: (draft) => {
    for (const item of (draft as LimitRange).spec?.limits ?? []) defaultItem(item)
  },
  // One without a name is called by a uid.
  prepareForCreate: (draft, context) => {
    draft.metadata!.name ||= context.newUid()
  },
  validate: (draft) => validateLimitRange(draft as LimitRange),
  validateUpdate: (draft) => validateLimitRange(draft as LimitRange),
  metadataOnUpdate: 'whole',
  tableRow: ({ metadata }) => {
    const created = metadata?.creationTimestamp
    return [metadata?.name ?? '', created === undefined || created === null ? '<unknown>' : formatTime(Date.parse(created))]
  },
}
