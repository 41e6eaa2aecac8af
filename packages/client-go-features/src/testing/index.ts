/** Features for the time of a test: `await withFeature(name, value, fn)`. */
export { withFeature } from './with-feature.ts'
