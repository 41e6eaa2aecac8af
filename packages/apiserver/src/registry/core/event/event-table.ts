import type { Event } from '@kubetape/api/types/core/v1'
import type { KubeObject } from '@kubetape/apimachinery'
import { ageCell } from '../../table-cells.ts'

/** Cells of a v1 Event's row: Last Seen, Type, Reason, Object, Subobject, Source, Message, First Seen, Count, Name. */
export function eventRow(object: Readonly<KubeObject>, nowMs: number): unknown[] {
  const event = object as Readonly<Event>
  const { series, involvedObject: about, source } = event
  const firstSeen = ageCell(event.firstTimestamp ?? event.eventTime, nowMs)
  const lastSeen =
    series !== undefined ? ageCell(series.lastObservedTime, nowMs) : event.lastTimestamp ? ageCell(event.lastTimestamp, nowMs) : firstSeen
  const kind = (about?.kind ?? '').toLowerCase()
  return [
    lastSeen,
    event.type ?? '',
    event.reason ?? '',
    about?.name ? `${kind}/${about.name}` : kind,
    about?.fieldPath ?? '',
    [source?.component || event.reportingComponent || '', source?.host || event.reportingInstance]
      .filter((part) => part !== undefined && part !== '')
      .join(', '),
    (event.message ?? '').trim(),
    firstSeen,
    // New Events without a series have no count: they happened once.
    series === undefined ? event.count || 1 : (series.count ?? 0),
    event.metadata.name ?? '',
  ]
}
