import {
  addFeaturesToExistingFeatureGates,
  type Environment,
  type FeatureLog,
  readFeatureEnvironment,
  replaceFeatureGates,
  setFeatureLog,
} from '@kubetape/client-go-features'
import type { FeatureGateRegistry } from './feature-gate-registry.ts'

/**
 * Lets `registry` answer for the client features too, so that one `--feature-gates` sets both kinds, and one list shows both.
 * `KUBE_FEATURE_*` still sets client features, below the flag. Call it before anything asks for a client feature.
 */
export function useComponentGates(registry: FeatureGateRegistry, options: { readonly env?: Environment; readonly log: FeatureLog }): void {
  const { env = process.env, log } = options
  setFeatureLog(log)
  addFeaturesToExistingFeatureGates({
    add(features) {
      registry.add(features)
      registry.setFromEnvironment(readFeatureEnvironment(features, env, log))
    },
  })
  replaceFeatureGates(registry)
}
