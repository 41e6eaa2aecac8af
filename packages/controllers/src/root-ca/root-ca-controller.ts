import type { ConfigMap, Namespace } from '@kubetape/api/types/core/v1'
import { ConfigMap as ConfigMapKind, Namespace as NamespaceKind } from '@kubetape/api/kinds'
import { isAlreadyExists } from '@kubetape/apimachinery'
import { type Controller, controllerFor, type ReconcileContext } from '@kubetape/runtime'
import { refusedAsTerminating } from '../namespace/refused-as-terminating.ts'
import { plan, ROOT_CA_CONFIG_MAP, type RootCaAction } from './plan.ts'

export interface RootCaControllerOptions {
  /** PEM text of the certificates that clients verify the API server with. */
  readonly ca: string
}

/** Publishes the CA bundle as ConfigMap `kube-root-ca.crt` in every active namespace, and puts it back when it was changed or deleted. */
export function rootCaController({ ca }: RootCaControllerOptions): Controller {
  return controllerFor<Namespace>(NamespaceKind, { predicate: ({ object, previous }) => object.status?.phase !== previous?.status?.phase })
    .named('root-ca-certificate-publisher')
    .watches<ConfigMap>(ConfigMapKind, ({ object }) =>
      object.metadata.name === ROOT_CA_CONFIG_MAP ? [object.metadata.namespace ?? ''] : [],
    )
    .reconcile(async ({ name }, context) => {
      const namespace = context.lister<Namespace>(NamespaceKind).get('', name)
      const known = context.lister<ConfigMap>(ConfigMapKind).get(name, ROOT_CA_CONFIG_MAP)
      // The CA is configuration and may be another one after a restart.
      await act(
        plan(
          namespace,
          known,
          context.outside(() => ca),
        ),
        context,
      )
    })
}

async function act(action: RootCaAction, { client }: ReconcileContext): Promise<void> {
  if (action === undefined) return
  try {
    if (action.type === 'create') await client.create<ConfigMap>(ConfigMapKind, action.configMap)
    else await client.update<ConfigMap>(ConfigMapKind, action.configMap)
  } catch (error) {
    // A bundle that somebody else made, or that went, is a change too: it will be looked at again.
    if (!isAlreadyExists(error) && !refusedAsTerminating(error)) throw error
  }
}
