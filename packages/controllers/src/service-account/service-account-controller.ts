import type { Namespace, ServiceAccount } from '@kubetape/api/types/core/v1'
import { Namespace as NamespaceKind, ServiceAccount as ServiceAccountKind } from '@kubetape/api/kinds'
import { isAlreadyExists } from '@kubetape/apimachinery'
import { type Controller, controllerFor, type ReconcileContext } from '@kubetape/runtime'
import { refusedAsTerminating } from '../namespace/refused-as-terminating.ts'
import { plan } from './plan.ts'

export interface ServiceAccountControllerOptions {
  /** ServiceAccounts that every active namespace has. Default: `default` alone. */
  readonly names?: readonly string[]
}

/** Gives every active namespace its ServiceAccount `default`, and again when it was deleted (kube-controller-manager's serviceaccount-controller). */
export function serviceAccountController({ names = ['default'] }: ServiceAccountControllerOptions = {}): Controller {
  return controllerFor<Namespace>(NamespaceKind, { predicate: ({ object, previous }) => object.status?.phase !== previous?.status?.phase })
    .named('serviceaccount')
    .watches<ServiceAccount>(ServiceAccountKind, ({ type, object }) =>
      type === 'deleted' && names.includes(object.metadata.name ?? '') ? [object.metadata.namespace ?? ''] : [],
    )
    .reconcile(({ name }, context) => reconcile(name, names, context))
}

async function reconcile(namespace: string, names: readonly string[], context: ReconcileContext): Promise<void> {
  const accounts = context.lister<ServiceAccount>(ServiceAccountKind)
  const present = new Set(names.filter((name) => accounts.get(namespace, name) !== undefined))
  const missing = plan({ namespace: context.lister<Namespace>(NamespaceKind).get('', namespace), present }, names)
  for (const name of missing) await create(namespace, name, context)
}

async function create(namespace: string, name: string, context: ReconcileContext): Promise<void> {
  try {
    await context.client.create<ServiceAccount>(ServiceAccountKind, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace, name },
    })
  } catch (error) {
    // Somebody was faster, or nothing is missing any more.
    if (!isAlreadyExists(error) && !refusedAsTerminating(error)) throw error
  }
}
