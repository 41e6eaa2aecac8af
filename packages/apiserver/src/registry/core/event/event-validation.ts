import type { Event } from '@kubetape/api/types/core/v1'
import {
  deepEqual,
  dnsSubdomainErrors,
  type FieldError,
  FieldPath,
  invalid,
  type KubeObject,
  qualifiedNameErrors,
  required,
  utf8Length,
  validateImmutable,
} from '@kubetape/apimachinery'

const WORD_MAX = 128
const MESSAGE_MAX = 1024
const TYPES = ['Normal', 'Warning']
/** Events about objects without a namespace are kept here. */
const CLUSTER_EVENT_NAMESPACES = ['default', 'kube-system']

/**
 * What every Event must be, through whichever API it comes. Events with an eventTime are of the new kind and must say who reports what; of the
 * older ones only the namespace is checked. `reporter` is the name that the API in use gives to the reporting component.
 */
export function validateAnyEvent(object: Readonly<KubeObject>, reporter: 'reportingComponent' | 'reportingController'): FieldError[] {
  const event = object as Readonly<Event>
  if (!event.eventTime) return validateNamespace(event, ['default'])
  const about = event.involvedObject?.namespace ?? ''
  const errors = about === '' ? validateNamespace(event, CLUSTER_EVENT_NAMESPACES) : []
  const reporterPath = FieldPath.of(reporter)
  const component = event.reportingComponent ?? ''
  if (component === '') errors.push(required(reporterPath))
  errors.push(...qualifiedNameErrors(component).map((detail) => invalid(reporterPath, component, detail)))
  for (const field of ['reportingInstance', 'action', 'reason'] as const) errors.push(...validateWord(field, event[field] ?? ''))
  if (utf8Length(event.message ?? '') > MESSAGE_MAX)
    errors.push(invalid(FieldPath.of('message'), '', `can have at most ${MESSAGE_MAX} characters`))
  return errors
}

/** An Event is in the namespace of what it is about; in one of `clusterNamespaces` when that has none. */
function validateNamespace(event: Readonly<Event>, clusterNamespaces: readonly string[]): FieldError[] {
  const about = event.involvedObject?.namespace ?? ''
  const namespace = event.metadata.namespace ?? ''
  const allowed = about === '' ? namespace === '' || clusterNamespaces.includes(namespace) : namespace === about
  return allowed ? [] : [invalid(FieldPath.of('involvedObject').child('namespace'), about, 'does not match event.namespace')]
}

function validateWord(field: string, value: string): FieldError[] {
  const path = FieldPath.of(field)
  if (value === '') return [required(path)]
  return utf8Length(value) > WORD_MAX ? [invalid(path, '', `can have at most ${WORD_MAX} characters`)] : []
}

/** What an Event must be besides when it is made through events.k8s.io/v1. Errors name the fields as v1 does. */
export function validateStrictEvent(object: Readonly<KubeObject>): FieldError[] {
  const event = object as Readonly<Event>
  const name = event.metadata.name ?? ''
  const errors = dnsSubdomainErrors(name).map((detail) => invalid(FieldPath.of('metadata').child('name'), name, detail))
  errors.push(...validateSeries(event))
  if (!event.eventTime) errors.push(required(FieldPath.of('eventTime')))
  if (!TYPES.includes(event.type ?? '')) errors.push(invalid(FieldPath.of('type'), '', `has invalid value: ${event.type ?? ''}`))
  const unset = (field: string): FieldError => invalid(FieldPath.of(field), '', 'needs to be unset')
  for (const field of ['firstTimestamp', 'lastTimestamp', 'count']) if (event[field]) errors.push(unset(field))
  if (event.source?.component || event.source?.host) errors.push(unset('source'))
  return errors
}

/** What of an Event may change through events.k8s.io/v1: its series. */
export function validateStrictEventUpdate(object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const errors = deepEqual(object['series'], old['series']) ? [] : validateSeries(object as Readonly<Event>)
  const fixed = [
    'involvedObject',
    'reason',
    'message',
    'source',
    'firstTimestamp',
    'lastTimestamp',
    'count',
    'reason',
    'type',
    'eventTime',
    'action',
    'related',
    'reportingComponent',
    'reportingInstance',
  ]
  for (const field of fixed) {
    const path = FieldPath.of(field === 'reportingComponent' ? 'reportingController' : field)
    errors.push(...validateImmutable(plain(object[field]), plain(old[field]), path))
  }
  return errors
}

/** Absent, null, and an object without members say the same of an Event's fields. */
function plain(value: unknown): unknown {
  if (value === null || value === '' || value === 0) return undefined
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? undefined : value
}

function validateSeries({ series }: Readonly<Event>): FieldError[] {
  if (series === undefined) return []
  const path = FieldPath.of('series')
  const errors: FieldError[] = []
  if ((series.count ?? 0) < 2) errors.push(invalid(path.child('count'), '', 'should be at least 2'))
  if (!series.lastObservedTime) errors.push(required(path.child('lastObservedTime')))
  return errors
}
