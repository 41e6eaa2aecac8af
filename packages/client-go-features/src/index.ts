/** Feature gates exactly as client-go has them. Code that forks on a feature asks `featureGates().enabled(name)` or takes a `Gates`. */
export { isSettable, type Gates, type SettableGates } from './gates.ts'
export { addFeaturesToExistingFeatureGates, featureGates, replaceFeatureGates, setFeatureLog } from './gate-provider.ts'
export {
  AtomicFIFO,
  type ClientFeature,
  clientFeatures,
  InOrderInformers,
  InformerResourceVersion,
  WatchListClient,
} from './known-features.ts'
export type { FeatureSpec, FeatureSpecs, FeatureStage, Registry } from './feature-spec.ts'
export type { FeatureLog } from './feature-log.ts'
export {
  type Environment,
  ENVIRONMENT_PREFIX,
  EnvironmentGates,
  type EnvironmentGatesOptions,
  readFeatureEnvironment,
} from './environment-gates.ts'
export { parseGoBool } from './go-bool.ts'
