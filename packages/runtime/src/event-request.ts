import type { KubeObject } from '@kubetape/apimachinery'
import type { RunRequest } from '@kubetape/journal'

/** What else a reconcile may say of an event. */
export interface EventDetails {
  /** What was done or attempted: `Scaling`. Default: the reason in events.k8s.io/v1, none in v1. */
  readonly action?: string
  /** A second object that the event is about. Of events.k8s.io/v1 only. */
  readonly related?: KubeObject
  /** Who reports it, where users know that by another name: `volume_expand`. Default: the controller's name with `-controller`. */
  readonly component?: string
}

/** Publishes an event about an object. */
export type PublishEvent = (
  regarding: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  details?: EventDetails,
) => void

/** How the publication of an event stands on the tape, whichever form it is written in. */
export function eventRequest(sequence: number, ...[regarding, type, reason, message, details = {}]: Parameters<PublishEvent>): RunRequest {
  const { namespace } = regarding.metadata ?? {}
  const { action, related, component } = details
  return {
    sequence,
    verb: 'create',
    group: '',
    version: 'v1',
    resource: 'events',
    ...(namespace ? { namespace } : {}),
    body: {
      regarding: named(regarding),
      ...(related === undefined ? {} : { related: named(related) }),
      type,
      reason,
      ...(action === undefined ? {} : { action }),
      message,
      ...(component === undefined ? {} : { component }),
    },
  }
}

const named = ({ kind, metadata }: KubeObject): object => ({ kind, name: metadata?.name, namespace: metadata?.namespace })
