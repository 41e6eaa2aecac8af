import type { ConfigMap, Secret } from '@kubetape/api/types/core/v1'
import { ConfigMap as ConfigMapKind, Secret as SecretKind } from '@kubetape/api/kinds'
import { isConflict, isNotFound } from '@kubetape/apimachinery'
import { type Controller, controllerFor } from '@kubetape/runtime'
import { CLUSTER_INFO, firstExpiration, isTokenSecret, signed, signingTokens, type SignWithToken } from './plan.ts'

export interface BootstrapSignerControllerOptions {
  readonly sign: SignWithToken
}

const BOOTSTRAP_TOKENS = 'bootstrapTokens'

/** Signs the kubeconfig in kube-public/cluster-info with bootstrap tokens (kube-controller-manager's bootstrap-signer-controller, off by default). */
export function bootstrapSignerController({ sign }: BootstrapSignerControllerOptions): Controller {
  return controllerFor<ConfigMap>(ConfigMapKind, {
    predicate: ({ object: { metadata } }) => metadata.namespace === CLUSTER_INFO.namespace && metadata.name === CLUSTER_INFO.name,
  })
    .named('bootstrap-signer-controller')
    .index<Secret>(SecretKind, BOOTSTRAP_TOKENS, (secret) => (isTokenSecret(secret) ? [BOOTSTRAP_TOKENS] : []))
    .watches<Secret>(SecretKind, ({ object }) => (isTokenSecret(object) ? [`${CLUSTER_INFO.namespace}/${CLUSTER_INFO.name}`] : []))
    .reconcile(async ({ namespace, name }, context) => {
      const configMap = context.lister<ConfigMap>(ConfigMapKind).get(namespace, name)
      if (configMap === undefined) return undefined
      const nowMs = context.nowMs()
      const tokens = signingTokens(context.lister<Secret>(SecretKind).byIndex(BOOTSTRAP_TOKENS, BOOTSTRAP_TOKENS), nowMs)
      const wanted = signed(configMap, tokens, sign)
      try {
        if (wanted !== undefined) await context.client.update<ConfigMap>(ConfigMapKind, wanted)
      } catch (error) {
        // Somebody changed or deleted it meanwhile, which is a change too.
        if (!isConflict(error) && !isNotFound(error)) throw error
      }
      const expirationMs = firstExpiration(tokens)
      return expirationMs === undefined ? undefined : { requeueAfterMs: expirationMs - nowMs }
    })
}
