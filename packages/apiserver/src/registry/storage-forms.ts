import { cloneJson, compareVersions, type KubeObject } from '@kubetape/apimachinery'
import { allResources, type ResourceInfo } from '@kubetape/api'
import { type Conversion, convertFields, rewriteHead } from './conversion.ts'
import { toAutoscalerV1, toAutoscalerV2 } from './autoscaling/autoscaler-conversion.ts'
import { builtinType } from './object-type.ts'
import { toCoreEvent, toEventsV1 } from './core/event/event-conversion.ts'

/** How objects of a resource are stored; undefined where that is the form in which they are served. Does not depend on what is served. */
export function storageFormOf(info: ResourceInfo): Conversion | undefined {
  if (info.group === 'events.k8s.io')
    return convertFields({ group: '', version: 'v1', resource: 'events', kind: 'Event' }, toCoreEvent, toEventsV1)
  if (info.group === 'autoscaling' && info.version === 'v1' && info.kind === 'HorizontalPodAutoscaler')
    return convertFields({ ...info, version: 'v2' }, toAutoscalerV2, (object) => completed(info, toAutoscalerV1(object)))
  const versions = allResources().filter((one) => one.group === info.group && one.resource === info.resource)
  const [newest] = versions.sort((a, b) => compareVersions(a.version, b.version))
  return newest === undefined || newest.version === info.version ? undefined : rewriteHead(newest, info)
}

/** With what the version that is served always shows. */
function completed(info: ResourceInfo, object: KubeObject): KubeObject {
  const whole = cloneJson(object)
  builtinType(info).schema.complete(whole)
  return whole
}
