import { failure, forbiddenError, notFound } from '@kubetape/apimachinery'
import type { Storage } from '@kubetape/storage'
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts'

/** Namespaces that hold the cluster together. */
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public'])
export const NAMESPACES = { group: '', resource: 'namespaces' } as const

/** Nothing is created in a namespace that is not there or is going; some namespaces cannot be deleted (plugin NamespaceLifecycle). */
export function namespaceLifecycle(storage: Storage): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    mutate: (attributes) => checkNamespace(storage, attributes),
    validate({ operation, resource, name }) {
      if (operation === 'DELETE' && resource.info.group === '' && resource.info.resource === 'namespaces' && IMMORTAL.has(name)) {
        throw forbiddenError(NAMESPACES, name, 'this namespace may not be deleted')
      }
    },
  }
}

function checkNamespace(storage: Storage, { operation, resource, namespace, name, draft }: AdmissionAttributes): void {
  if (operation !== 'CREATE' || !resource.info.namespaced) return
  const stored = storage.get(NAMESPACES, '', namespace)
  if (stored === undefined) throw notFound(NAMESPACES, namespace)
  if (stored.object.metadata?.deletionTimestamp === undefined) return
  const subject = name || draft?.metadata?.generateName || ''
  const { info } = resource
  const what = `${info.group ? `${info.resource}.${info.group}` : info.resource}${subject ? ` ${JSON.stringify(subject)}` : ''}`
  throw failure(
    403,
    'Forbidden',
    `${what} is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
    {
      ...(name ? { name } : {}),
      ...(info.group ? { group: info.group } : {}),
      kind: info.resource,
      causes: [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }],
    },
  )
}
