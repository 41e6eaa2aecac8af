import {
  addFeaturesToExistingFeatureGates,
  type Environment,
  type FeatureLog,
  readFeatureEnvironment,
  replaceFeatureGates,
  setFeatureLog,
} from '@kubetape/client-go-features'
import type { FeatureGateRegistry } from './feature-gate-registry.ts'

/** Where client features get their values from beside the flag. */
export interface ClientFeatureOptions {
  /** `KUBE_FEATURE_*` in it set client features, below the flag. */
  readonly env: Environment
  readonly log: FeatureLog
}

/** Adds the client features to `registry`, so that one `--feature-gates` sets both kinds and one list shows both. Nothing else changes. */
export function addClientFeatures(registry: FeatureGateRegistry, { env, log }: ClientFeatureOptions): void {
  addFeaturesToExistingFeatureGates({
    add(features) {
      registry.add(features)
      registry.setFromEnvironment(readFeatureEnvironment(features, env, log))
    },
  })
}

/**
 * Lets `registry` answer for the client features in the whole process, as the components of Kubernetes do. Call it before anything asks
 * for a client feature.
 */
export function useComponentGates(registry: FeatureGateRegistry, options: ClientFeatureOptions): void {
  setFeatureLog(options.log)
  addClientFeatures(registry, options)
  replaceFeatureGates(registry)
}
