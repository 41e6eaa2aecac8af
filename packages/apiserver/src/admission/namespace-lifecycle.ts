import { forbiddenError, notFound, StatusError } from '@kubetape/apimachinery'
import type { Storage } from '@kubetape/storage'
import type { ServedResource } from '../registry/served-resource.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts'
import { refusedByAdmission } from './admission-refusal.ts'

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

function checkNamespace(storage: Storage, attributes: AdmissionAttributes): void {
  const { operation, resource, namespace } = attributes
  if ((operation !== 'CREATE' && operation !== 'UPDATE') || !resource.info.namespaced || isAccessReview(resource)) return
  const stored = storage.get(NAMESPACES, '', namespace)
  if (stored === undefined) throw notFound(NAMESPACES, namespace)
  if (operation === 'UPDATE' || stored.object.metadata?.deletionTimestamp === undefined) return
  const { status } = refusedByAdmission(attributes, `unable to create new content in namespace ${namespace} because it is being terminated`)
  const cause = { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }
  throw new StatusError({ ...status, details: { ...status.details, causes: [cause] } })
}

/** Who may do what in a namespace can be asked of one that is not there, too. */
const isAccessReview = ({ info }: ServedResource): boolean =>
  info.group === 'authorization.k8s.io' && info.resource === 'localsubjectaccessreviews'
