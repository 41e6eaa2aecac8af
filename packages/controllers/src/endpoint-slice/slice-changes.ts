import type { EndpointSlice } from '@kubetape/api/types/discovery/v1'
import type { StoreChange } from '@kubetape/informers'
import { MANAGED_BY, SERVICE_NAME } from './slices.ts'

/** Key of the Service that a slice of this manager is, or was, of. */
export function serviceOfSlice(manager: string, { object, previous, initial }: StoreChange<EndpointSlice>): string[] {
  if (initial) return []
  const keys = [object, previous].flatMap((slice) => {
    const { [MANAGED_BY]: by, [SERVICE_NAME]: service } = slice?.metadata.labels ?? {}
    return by === manager && service ? [`${slice!.metadata.namespace}/${service}`] : []
  })
  return [...new Set(keys)]
}

/** Whether more than metadata that nobody acts on has changed: labels are part of a slice's generation. */
export const isWorthALook = ({ object, previous }: StoreChange<EndpointSlice>): boolean =>
  previous === undefined || object.metadata.generation !== previous.metadata.generation
