import type { ListRequest, ListResult, Storage, StoredObject } from '@kubetape/storage'
import type { ServedResource } from './served-resource.ts'

/** As many objects are converted at first to find those that a selector wants; each time that these were not enough twice as many. */
const BATCH = 500

/** A list of what somebody else converts, in the form that is served; selectors and limits count as in every list. */
export async function convertedList(storage: Storage, resource: ServedResource, { matches, ...request }: ListRequest): Promise<ListResult> {
  const list = (more: Partial<ListRequest>): ListResult => storage.list(resource.stored, resource.info.namespaced, { ...request, ...more })
  if (matches === undefined) {
    const page = list({})
    await resource.convert(page.items)
    return { ...page, items: page.items.map((one) => resource.served(one)) }
  }
  // Objects that are read from the log are others each time, so what was found out is kept under their names.
  const found = new Map<string, StoredObject | false>()
  const unknown = ({ items }: ListResult): StoredObject[] => items.filter((one) => !found.has(id(one)))
  const perhaps = (one: StoredObject): boolean => found.get(id(one)) !== false
  const { limit = 0 } = request
  for (let batch = Math.max(BATCH, limit); ; batch *= 2) {
    const page = list({ matches: perhaps })
    if (unknown(page).length === 0) return { ...page, items: page.items.map((one) => found.get(id(one)) as StoredObject) }
    const next = unknown(limit === 0 ? page : list({ matches: perhaps, limit: batch }))
    await resource.convert(next)
    for (const one of next) {
      const served = resource.served(one)
      found.set(id(one), matches(served) && served)
    }
  }
}

const id = ({ key, revision }: StoredObject): string => `${key}@${revision}`
