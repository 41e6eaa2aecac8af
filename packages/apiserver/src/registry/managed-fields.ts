import type { KubeObject } from '@kubetape/apimachinery'
import type { RequestContext } from './environment.ts'
import type { ServedResource } from './served-resource.ts'
import type { Draft } from './strategy.ts'

/** Writes into `draft.metadata.managedFields` who changed what, compared with `old`. */
export function trackManagedFields(_resource: ServedResource, _context: RequestContext, old: Readonly<KubeObject> | undefined, draft: Draft): void {
  const { managedFields } = old?.metadata ?? {}
  if (managedFields !== undefined && draft.metadata!.managedFields === undefined) draft.metadata!.managedFields = structuredClone(managedFields)
}
