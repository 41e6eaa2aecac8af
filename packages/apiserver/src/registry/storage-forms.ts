import { allResources, type ResourceInfo } from '@kubetape/api'
import { compareVersions } from '../discovery/served-resources.ts'
import { toAutoscalerV1 } from './autoscaling/autoscaler-conversion.ts'
import { storedAutoscaler } from './autoscaling/autoscaler-strategy.ts'
import { type Conversion, convertFields, rewriteHead } from './conversion.ts'
import { toCoreEvent, toEventsV1 } from './core/event/event-conversion.ts'

/** How objects of a resource are stored; undefined where that is the form in which they are served. Does not depend on what is served. */
export function storageFormOf(info: ResourceInfo): Conversion | undefined {
  if (info.group === 'events.k8s.io')
    return convertFields({ group: '', version: 'v1', resource: 'events', kind: 'Event' }, toCoreEvent, toEventsV1)
  if (info.group === 'autoscaling' && info.kind === 'HorizontalPodAutoscaler' && info.version === 'v1')
    return convertFields({ group: info.group, version: 'v2', resource: info.resource, kind: info.kind }, storedAutoscaler, toAutoscalerV1)
  const versions = allResources().filter((one) => one.group === info.group && one.resource === info.resource)
  const [newest] = versions.sort((a, b) => compareVersions(a.version, b.version))
  return newest === undefined || newest.version === info.version ? undefined : rewriteHead(newest, info)
}
