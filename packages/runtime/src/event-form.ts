import type { Event as CoreEvent } from '@kubetape/api/types/core/v1'
import type { Event } from '@kubetape/api/types/events/v1'
import { Event as CoreEventKind, EventsEvent } from '@kubetape/api/kinds'
import { formatMicroTime, formatTime, type Kind, type KubeObject } from '@kubetape/apimachinery'
import type { EventIntent } from './event-recorder.ts'

/** In which of the two API groups that serve them events are written, and how. */
export interface EventForm {
  readonly kind: Kind
  /** An event that was not there before. */
  make(intent: EventIntent, nowMs: number, name: string): KubeObject
  /** A merge patch that says of an event that it happened again. */
  again(event: KubeObject, nowMs: number): unknown
}

/** v1: what the controllers of kube-controller-manager write. */
export const coreEvents: EventForm = {
  kind: CoreEventKind,
  make({ regarding, type, reason, action, message, component }, nowMs, name): CoreEvent {
    const at = formatTime(nowMs)
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: namespaceOf(regarding) },
      involvedObject: referenceTo(regarding),
      reason,
      message,
      type,
      source: { component },
      firstTimestamp: at,
      lastTimestamp: at,
      count: 1,
      ...(action === undefined ? {} : { action }),
      reportingComponent: component,
      reportingInstance: '',
    }
  },
  again: (event, nowMs) => ({ count: ((event as CoreEvent).count ?? 1) + 1, lastTimestamp: formatTime(nowMs) }),
}

/** events.k8s.io/v1 (KEP-383): repeats make a series. `instance` says which process reports, at most 128 characters. */
export function seriesEvents(instance: string): EventForm {
  return {
    kind: EventsEvent,
    make({ regarding, related, type, reason, action, message, component }, nowMs, name): Event {
      return {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name, namespace: namespaceOf(regarding) },
        eventTime: formatMicroTime(nowMs),
        regarding: referenceTo(regarding),
        ...(related === undefined ? {} : { related: referenceTo(related) }),
        reason,
        action: action ?? reason,
        note: message,
        type,
        reportingController: component,
        reportingInstance: instance || component,
      }
    },
    again: (event, nowMs) => ({
      series: { count: ((event as Event).series?.count ?? 1) + 1, lastObservedTime: formatMicroTime(nowMs) },
    }),
  }
}

/** Events about cluster-scoped objects live in `default`. */
const namespaceOf = ({ metadata }: KubeObject): string => metadata?.namespace || 'default'

function referenceTo({ apiVersion, kind, metadata = {} }: KubeObject): Record<string, string> {
  const { name = '', namespace, uid, resourceVersion } = metadata
  return {
    ...(apiVersion ? { apiVersion } : {}),
    ...(kind ? { kind } : {}),
    name,
    ...(namespace ? { namespace } : {}),
    ...(uid ? { uid } : {}),
    ...(resourceVersion ? { resourceVersion } : {}),
  }
}
