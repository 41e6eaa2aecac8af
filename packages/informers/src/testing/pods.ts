import type { Kind, KubeObject } from '@kubetape/apimachinery'

/** A kind to test with. */
export const POD: Kind = { group: '', version: 'v1', kind: 'Pod', resource: 'pods', namespaced: true }

/** An object of namespace `a` unless the name says another; its uid is its name unless given. */
export function pod(key: string, resourceVersion: string | number, labels: Record<string, string> = {}, uid = key): KubeObject {
  const [namespace, name] = key.includes('/') ? key.split('/') : ['a', key]
  return { metadata: { namespace: namespace!, name: name!, uid, resourceVersion: String(resourceVersion), labels } }
}
