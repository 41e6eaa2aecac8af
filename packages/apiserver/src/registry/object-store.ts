import type { KubeObject } from '@kubetape/apimachinery'
import { ExpectationFailed } from '@kubetape/eventlog'
import type { ListRequest, ListResult, StoredObject } from '@kubetape/storage'
import type { AccompanyingWrites } from './companions.ts'
import { convertedList } from './converted-list.ts'
import type { RegistryEnvironment } from './environment.ts'
import { selectableFields } from './selectors.ts'
import type { ServedResource } from './served-resource.ts'
import { inWireOrder } from './wire-order.ts'

/** A change of one object, in the form that is served. */
export interface Change {
  readonly operation: 'create' | 'update' | 'delete'
  readonly namespace: string
  readonly name: string
  /** The revision that it replaces; 0 of a creation. */
  readonly expect: number
  readonly object: KubeObject
  readonly cause: string
  /** What goes into the same commit. */
  readonly with?: AccompanyingWrites | undefined
}

/** The definition of a custom resource changed while a request was on its way: nothing was written, and the request can be begun anew. */
export class ServedAnew extends Error {
  readonly code = 'SERVED_ANEW'

  constructor(resource: ServedResource) {
    super(`Cannot store ${resource.info.resource} of ${resource.apiVersion}: their definition has changed`)
    this.name = 'ServedAnew'
  }
}

/** The newest version of an object, in the form that is served. */
export function readObject(
  { storage }: RegistryEnvironment,
  resource: ServedResource,
  namespace: string,
  name: string,
): StoredObject | undefined {
  const stored = storage.get(resource.stored, namespace, name)
  return stored === undefined ? undefined : resource.served(stored)
}

/** The same; a promise only where somebody else converts what is stored. */
export function fetchObject(
  { storage }: RegistryEnvironment,
  resource: ServedResource,
  namespace: string,
  name: string,
): StoredObject | undefined | Promise<StoredObject> {
  const stored = storage.get(resource.stored, namespace, name)
  if (stored === undefined) return undefined
  const converting = resource.convert([stored])
  return converting === undefined ? resource.served(stored) : converting.then(() => resource.served(stored))
}

/** Whether there is an object of this name, in whatever form. */
export function isThere({ storage }: RegistryEnvironment, resource: ServedResource, namespace: string, name: string): boolean {
  return storage.get(resource.stored, namespace, name) !== undefined
}

/** A list, in the form that is served; predicates get that form too. A promise only where somebody else converts what is stored. */
export function readList(
  environment: RegistryEnvironment,
  resource: ServedResource,
  request: ListRequest,
): ListResult | Promise<ListResult> {
  const { storage } = environment
  if (resource.convertsElsewhere) return convertedList(storage, resource, request)
  const { namespaced } = resource.info
  if (resource.conversion === undefined) return storage.list(resource.stored, namespaced, request)
  const list = storage.list(resource.stored, namespaced, { ...request, matches: inServedForm(resource, request.matches) })
  return { ...list, items: list.items.map((one) => resource.served(one)) }
}

/** A predicate over stored objects out of one over served ones. */
export function inServedForm(
  resource: ServedResource,
  matches: ((object: StoredObject) => boolean) | undefined,
): ((object: StoredObject) => boolean) | undefined {
  return matches === undefined || resource.conversion === undefined ? matches : (stored) => matches(resource.served(stored))
}

/** Commits over exactly the expected version; undefined when somebody was faster, also with what goes into the same commit. Throws a ServedAnew. */
export async function commitChange(
  { storage }: RegistryEnvironment,
  resource: ServedResource,
  change: Change,
): Promise<StoredObject | undefined> {
  const { cause, object, with: accompanying, ...write } = change
  const converted = resource.conversion?.toStored(object) ?? object
  const form = converted instanceof Promise ? await converted : converted
  if (resource.retired && change.operation !== 'delete') throw new ServedAnew(resource)
  try {
    const own = { ...resource.stored, ...write, object: inWireOrder(form) }
    const [stored] = await storage.commit(accompanying === undefined ? [own] : [own, ...accompanying.writes], { cause })
    accompanying?.settle(true)
    const converting = resource.convert([stored!])
    if (converting !== undefined) await converting
    const served = resource.served(stored!)
    if (resource.strategy.selectableFields !== undefined && !resource.custom) selectableFields(resource, served)
    return served
  } catch (error) {
    if (error instanceof ExpectationFailed) return undefined
    throw error
  }
}
