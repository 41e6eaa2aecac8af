import type { Namespace } from '@kubetape/api/types/core/v1'

/** What the ServiceAccount controller sees of one namespace. */
export interface ServiceAccountObserved {
  readonly namespace: Namespace | undefined
  /** Names of the ServiceAccounts that the namespace has, of those that it must have. */
  readonly present: ReadonlySet<string>
}

/**
 * The ServiceAccounts to create: those of `required` that an active namespace lacks. Namespaces that are gone or going get none
 * (kube-controller-manager's serviceaccount-controller).
 */
export function plan({ namespace, present }: ServiceAccountObserved, required: readonly string[]): readonly string[] {
  if (namespace === undefined || namespace.status?.phase !== 'Active' || namespace.metadata.deletionTimestamp !== undefined) return []
  return required.filter((name) => !present.has(name))
}
