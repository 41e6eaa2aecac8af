import type { KubeObject } from '@kubetape/apimachinery'

/** What fields of a v1 Event are called in events.k8s.io/v1 (API reference, Event v1 events.k8s.io); all others have one name. */
const NAMES: readonly (readonly [core: string, events: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
]
/** v1 shows these even when they are empty; events.k8s.io/v1 does not. */
const REPORTER = ['reportingController', 'reportingInstance']
const TO_CORE = new Map(NAMES.map(([core, events]) => [events, core]))
const TO_EVENTS = new Map(NAMES)

/** An Event of events.k8s.io/v1 as v1 has it: the same event under its other name. Values are shared, not copied. */
export const toCoreEvent = (event: Readonly<KubeObject>): KubeObject => ({ ...renamed(event, TO_CORE), apiVersion: 'v1' })

/** An Event of v1 as events.k8s.io/v1 has it. Values are shared, not copied. */
export function toEventsV1(event: Readonly<KubeObject>): KubeObject {
  const converted: KubeObject = { ...renamed(event, TO_EVENTS), apiVersion: 'events.k8s.io/v1' }
  for (const field of REPORTER) if (converted[field] === '') delete converted[field]
  return converted
}

function renamed(event: Readonly<KubeObject>, names: ReadonlyMap<string, string>): KubeObject {
  return Object.fromEntries(Object.entries(event).map(([field, value]) => [names.get(field) ?? field, value]))
}
