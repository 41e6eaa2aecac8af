import { allResources, type ResourceInfo } from '@kubetape/api'
import { compareVersions } from '../discovery/served-resources.ts'
import { type Conversion, convertFields, rewriteHead } from './conversion.ts'
import { toCoreEvent, toEventsV1 } from './core/event/event-conversion.ts'

/**
 * Groups whose versions differ in more than their names. Each version of theirs is stored by itself, so what is written through one is not seen
 * through another: a difference from upstream until these groups have strategies of their own.
 */
const OWN_FORMS = new Set(['autoscaling'])

/** How objects of a resource are stored; undefined where that is the form in which they are served. Does not depend on what is served. */
export function storageFormOf(info: ResourceInfo): Conversion | undefined {
  if (info.group === 'events.k8s.io')
    return convertFields({ group: '', version: 'v1', resource: 'events', kind: 'Event' }, toCoreEvent, toEventsV1)
  if (OWN_FORMS.has(info.group)) return undefined
  const versions = allResources().filter((one) => one.group === info.group && one.resource === info.resource)
  const [newest] = versions.sort((a, b) => compareVersions(a.version, b.version))
  return newest === undefined || newest.version === info.version ? undefined : rewriteHead(newest, info)
}
