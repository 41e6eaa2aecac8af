import type { ConfigMap, Namespace } from '@kubetape/api/types/core/v1'
import { deepEqual } from '@kubetape/apimachinery'

/** The ConfigMap that Pods mount to verify the API server. */
export const ROOT_CA_CONFIG_MAP = 'kube-root-ca.crt'
const CA_KEY = 'ca.crt'
const DESCRIPTION_ANNOTATION = 'kubernetes.io/description'
/** Upstream's words; users see them in `kubectl describe`. */
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.'

/** What to do about one namespace's bundle; undefined: nothing. */
export type RootCaAction = { readonly type: 'create' | 'update'; readonly configMap: ConfigMap } | undefined

/**
 * Every active namespace has the bundle with exactly these data and a description, whatever that says (kube-controller-manager's
 * root-ca-certificate-publisher-controller). Labels and other annotations are left alone.
 */
export function plan(namespace: Namespace | undefined, known: ConfigMap | undefined, ca: string): RootCaAction {
  if (namespace === undefined || namespace.status?.phase !== 'Active' || namespace.metadata.deletionTimestamp !== undefined)
    return undefined
  const data = { [CA_KEY]: ca }
  if (known === undefined) {
    const metadata = {
      namespace: namespace.metadata.name!,
      name: ROOT_CA_CONFIG_MAP,
      annotations: { [DESCRIPTION_ANNOTATION]: DESCRIPTION },
    }
    return { type: 'create', configMap: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data } }
  }
  if (deepEqual(known.data ?? {}, data) && known.metadata.annotations?.[DESCRIPTION_ANNOTATION]) return undefined
  const annotations = { ...known.metadata.annotations, [DESCRIPTION_ANNOTATION]: DESCRIPTION }
  return { type: 'update', configMap: { ...known, metadata: { ...known.metadata, annotations }, data } }
}
