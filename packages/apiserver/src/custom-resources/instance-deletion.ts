import type { CustomResourceDefinition } from '@kubetape/api/types/apiextensions/v1'
import type { Clock } from '@kubetape/determinism'
import { AdmissionChain } from '../admission/admission.ts'
import { deleteCollection } from '../registry/delete-collection.ts'
import { requestContext } from '../registry/environment.ts'
import type { Registry } from '../registry/registry.ts'
import type { UserInfo } from '../registry/strategy.ts'
import { storageVersionOf } from './definition.ts'
import { customResource, type ServingEnvironment } from './served-definition.ts'

/** How long objects may take to go before the definition says that they do not (upstream's minute). */
export const DELETION_WAIT_MS = 60_000

const NOTHING_ADMITTED = new AdmissionChain([])

/** How far the deletion of a definition's objects has come. */
export type DeletionState = 'gone' | 'left'

/** Deletes the objects of a definition, past admission as upstream does, and tells whether any is left. Throws what kept it from asking for that. */
export async function deleteInstances(
  registry: Registry,
  definition: Readonly<CustomResourceDefinition>,
  user: UserInfo,
  serving: ServingEnvironment,
): Promise<DeletionState> {
  const resource = customResource(definition, storageVersionOf(definition), serving)
  const { storage } = registry.environment
  if (storage.count(resource.stored) > 0) {
    const environment = { ...registry.environment, admission: NOTHING_ADMITTED }
    const { group, version, resource: plural } = resource.info
    const request = { verb: 'deletecollection', group, version, resource: plural, subresource: '', namespace: '', name: '' } as const
    await deleteCollection(
      environment,
      resource,
      requestContext(environment, { ...request, user, userAgent: 'kube-apiserver', options: {} }),
    )
  }
  return storage.count(resource.stored) === 0 ? 'gone' : 'left'
}

/** Calls `look` once: when the last object of a definition has gone, or when they have had time enough. The answer ends the waiting. */
export function whenEmptied(
  registry: Registry,
  { spec }: Readonly<CustomResourceDefinition>,
  clock: Clock,
  look: (state: 'gone' | 'late') => void,
): () => void {
  const { storage } = registry.environment
  const stored = { group: spec.group, resource: spec.names.plural }
  const end = (): void => {
    stop()
    timer.cancel()
  }
  const stop = storage.watch(stored, { since: storage.revision }, () => {
    if (storage.count(stored) > 0) return
    end()
    look('gone')
  })
  const timer = clock.setTimer(() => {
    end()
    look('late')
  }, DELETION_WAIT_MS)
  return end
}
