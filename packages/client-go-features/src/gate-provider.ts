import { EnvironmentGates } from './environment-gates.ts'
import { type FeatureLog, processWarnings } from './feature-log.ts'
import type { Registry } from './feature-spec.ts'
import type { Gates } from './gates.ts'
import { clientFeatures } from './known-features.ts'

let log = processWarnings

let gates: Gates = new EnvironmentGates({
  features: clientFeatures,
  // The log may be set after the gates exist, so it is looked up at every line.
  log: {
    debug: (fields, message) => log.debug(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
  },
})

/** The gates that the client libraries ask: those of the environment until `replaceFeatureGates` is called. Ask anew each time. */
export function featureGates(): Gates {
  return gates
}

/**
 * Lets `replacement` answer for the client features. Call it before anything else runs: when the gates of the environment were
 * read already, what was decided by them stays decided, and a warning says so.
 */
export function replaceFeatureGates(replacement: Gates): void {
  const late = gates instanceof EnvironmentGates && gates.wasRead
  gates = replacement
  if (late) log.warn({}, 'The feature gates are replaced after they were read: what ran before may have decided by other values')
}

/** Gives every client feature to `registry`, so that a program's own gates can answer for them. */
export function addFeaturesToExistingFeatureGates(registry: Registry): void {
  registry.add(clientFeatures)
}

/** Sends what is said about client features to `target`; before, errors and warnings become warnings of the process. */
export function setFeatureLog(target: FeatureLog): void {
  log = target
}
