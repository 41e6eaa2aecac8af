/** Features for the time of a test: `await withFeature(name, value, fn)`. */
export { setFeatureDuringTest, withFeature, withFeatureGates } from './with-feature.ts'
