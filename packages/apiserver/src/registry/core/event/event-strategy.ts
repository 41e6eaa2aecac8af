import type { Event } from '@kubetape/api/types/core/v1'
import type { KubeObject } from '@kubetape/apimachinery'
import type { Strategy } from '../../strategy.ts'
import { toCoreEvent } from './event-conversion.ts'
import { eventRow } from './event-table.ts'
import { validateAnyEvent, validateStrictEvent, validateStrictEventUpdate } from './event-validation.ts'

/** What all Events have in common: their names are free, and a PUT makes one that is not there. */
const shared: Strategy = { generation: 'none', nameRule: 'path-segment', createOnUpdate: true }

/** The fields that selectors may name, in the words of v1. */
function selectable(object: Readonly<KubeObject>, aboutName: string, reporterName: string): Record<string, string> {
  const { involvedObject: about, reason = '', reportingComponent = '', source, type = '' } = object as Readonly<Event>
  const fields: Record<string, string> = { reason, [reporterName]: reportingComponent, type }
  for (const field of ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'] as const)
    fields[`${aboutName}.${field}`] = about?.[field] ?? ''
  if (aboutName === 'involvedObject') fields['source'] = source?.component || reportingComponent
  return fields
}

/** Events of v1 (API reference, v1 Event): old and new ones. */
export const eventStrategy: Strategy = {
  ...shared,
  validate: (draft) => validateAnyEvent(draft, 'reportingComponent'),
  validateUpdate: (draft) => validateAnyEvent(draft, 'reportingComponent'),
  selectableFields: (object) => selectable(object, 'involvedObject', 'reportingComponent'),
  tableRow: eventRow,
}

/** Events of events.k8s.io/v1: stricter, and only the series of one that is there may change. */
export const newEventStrategy: Strategy = {
  ...shared,
  validate: (draft) => {
    const event = toCoreEvent(draft)
    return [...validateAnyEvent(event, 'reportingController'), ...validateStrictEvent(event)]
  },
  validateUpdate: (draft, old) => {
    const event = toCoreEvent(draft)
    return [...validateAnyEvent(event, 'reportingController'), ...validateStrictEventUpdate(event, toCoreEvent(old))]
  },
  selectableFields: (object) => selectable(toCoreEvent(object), 'regarding', 'reportingController'),
  tableRow: (object, nowMs) => eventRow(toCoreEvent(object), nowMs),
}
