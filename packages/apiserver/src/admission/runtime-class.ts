import type { Pod } from '@kubetape/api/types/core/v1'
import type { RuntimeClass } from '@kubetape/api/types/node/v1'
import { cloneJson, deepEqual, forbiddenError } from '@kubetape/apimachinery'
import type { Storage } from '@kubetape/storage'
import type { AdmissionPlugin } from './admission.ts'

const RUNTIME_CLASSES = { group: 'node.k8s.io', resource: 'runtimeclasses' } as const

/** A Pod's RuntimeClass exists, and gives the Pod its overhead, node selector and tolerations (plugin RuntimeClass, KEP-688). */
export function runtimeClass(storage: Storage): AdmissionPlugin {
  const classOf = (pod: Pod): RuntimeClass | undefined => {
    const name = pod.spec.runtimeClassName
    if (!name) return undefined
    const found = storage.get(RUNTIME_CLASSES, '', name)?.object as RuntimeClass | undefined
    if (found === undefined) throw refuse(pod, `RuntimeClass ${JSON.stringify(name)} not found`)
    return found
  }
  return {
    name: 'RuntimeClass',
    mutate({ operation, resource, subresource, draft }) {
      if (operation !== 'CREATE' || resource.info.group !== '' || resource.info.resource !== 'pods' || subresource !== '') return
      const pod = draft as Pod
      const found = classOf(pod)
      setOverhead(pod, found)
      if (found?.scheduling !== undefined) schedule(pod, found.scheduling)
    },
  }
}

const refuse = ({ metadata }: Pod, why: string): Error =>
  forbiddenError({ group: '', resource: 'pods' }, metadata.name || metadata.generateName || '', `pod rejected: ${why}`)

function setOverhead(pod: Pod, found: RuntimeClass | undefined): void {
  const overhead = found?.overhead?.podFixed
  if (pod.spec.overhead === undefined) {
    if (overhead !== undefined) pod.spec.overhead = cloneJson(overhead)
    return
  }
  if (overhead === undefined) {
    if (Object.keys(pod.spec.overhead).length > 0) throw refuse(pod, 'Pod Overhead set without corresponding RuntimeClass defined Overhead')
  } else if (!deepEqual(pod.spec.overhead, overhead)) throw refuse(pod, "Pod's Overhead doesn't match RuntimeClass's defined Overhead")
}

function schedule(pod: Pod, { nodeSelector, tolerations }: NonNullable<RuntimeClass['scheduling']>): void {
  for (const [key, value] of Object.entries(nodeSelector ?? {})) {
    const own = pod.spec.nodeSelector?.[key]
    if (own !== undefined && own !== value)
      throw refuse(pod, `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`)
    pod.spec.nodeSelector = { ...pod.spec.nodeSelector, [key]: value }
  }
  for (const toleration of tolerations ?? []) {
    if (pod.spec.tolerations?.some((one) => deepEqual(one, toleration))) continue
    pod.spec.tolerations = [...(pod.spec.tolerations ?? []), cloneJson(toleration)]
  }
}
