import { EnvironmentGates } from './environment-gates.ts'
import { type FeatureLog, processWarnings } from './feature-log.ts'
import type { Registry } from './feature-spec.ts'
import { type Gates, isSettable } from './gates.ts'
import { clientFeatures } from './known-features.ts'

/** Gates in use, and whether anybody has decided by them. */
interface Provider {
  /** As they were given. */
  readonly given: Gates
  /** The same, noting that they were asked. */
  readonly noting: Gates
  wasRead(): boolean
}

let log = processWarnings

let provider = provide(
  new EnvironmentGates({
    features: clientFeatures,
    // The log may be set after the gates exist, so it is looked up at every line.
    log: {
      debug: (fields, message) => log.debug(fields, message),
      warn: (fields, message) => log.warn(fields, message),
      error: (fields, message) => log.error(fields, message),
    },
  }),
)

/** The gates that the client libraries ask: those of the environment until `replaceFeatureGates` is called. Ask anew each time. */
export function featureGates(): Gates {
  return provider.noting
}

/**
 * Lets `replacement` answer for the client features. Call it before anything else runs: when the gates in use were read already,
 * whoever gave them, what was decided by them stays decided, and a warning says so.
 */
export function replaceFeatureGates(replacement: Gates): void {
  const late = provider.wasRead()
  provider = provide(replacement)
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

/** For the test helpers: the gates in use as they were given, so that looking at them is no reading. */
export function givenFeatureGates(): Gates {
  return provider.given
}

/** For the test helpers: puts `gates` in place without a warning. Answers what puts the former ones back. */
export function swapFeatureGates(gates: Gates): () => void {
  const former = provider
  provider = provide(gates)
  return () => {
    provider = former
  }
}

function provide(given: Gates): Provider {
  let read = false
  const enabled = (feature: string): boolean => {
    read = true
    return given.enabled(feature)
  }
  const ends = isSettable(given) ? { set: given.set.bind(given), setting: given.setting.bind(given) } : {}
  return { given, noting: { enabled, ...ends }, wasRead: () => read || (given instanceof EnvironmentGates && given.wasRead) }
}
