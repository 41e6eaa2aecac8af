import type { Secret } from '@kubetape/api/types/core/v1'
import { Secret as SecretKind } from '@kubetape/api/kinds'
import { BootstrapToken, isConflict, isNotFound } from '@kubetape/apimachinery'
import { type Controller, controllerFor } from '@kubetape/runtime'
import { isTokenSecret } from './plan.ts'

/** Deletes bootstrap tokens when they have expired (kube-controller-manager's token-cleaner-controller, which is off by default). */
export function tokenCleanerController(): Controller {
  return controllerFor<Secret>(SecretKind, { predicate: ({ object }) => isTokenSecret(object) })
    .named('token-cleaner-controller')
    .reconcile(async ({ namespace, name }, context) => {
      const secret = context.lister<Secret>(SecretKind).get(namespace, name)
      const expirationMs = secret !== undefined && isTokenSecret(secret) ? BootstrapToken.of(secret)?.expirationMs : undefined
      if (secret === undefined || expirationMs === undefined) return undefined
      const waitMs = expirationMs - context.nowMs()
      if (waitMs > 0) return { requeueAfterMs: waitMs }
      try {
        await context.client.delete<Secret>(SecretKind, { namespace, name }, { preconditions: { uid: secret.metadata.uid! } })
      } catch (error) {
        // Somebody was faster, or another token has its name now.
        if (!isConflict(error) && !isNotFound(error)) throw error
      }
      return undefined
    })
}
