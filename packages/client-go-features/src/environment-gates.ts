import type { FeatureLog } from './feature-log.ts'
import type { FeatureSpecs } from './feature-spec.ts'
import type { SettableGates } from './gates.ts'
import { parseGoBool } from './go-bool.ts'

/** Environment variables by name, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What stands before a feature's name in its environment variable. */
export const ENVIRONMENT_PREFIX = 'KUBE_FEATURE_'

/**
 * The values of `features` that the environment sets. A value that Go's ParseBool does not read and another value than a locked
 * feature's default are reported as errors and ignored, names in the wrong case warned about; other variables are not looked at.
 */
export function readFeatureEnvironment(features: FeatureSpecs, env: Environment, log: FeatureLog): Map<string, boolean> {
  const values = new Map<string, boolean>()
  for (const [feature, spec] of Object.entries(features)) {
    const text = env[ENVIRONMENT_PREFIX + feature]
    if (text === undefined) continue
    const refuse = (why: string): void =>
      log.error({ feature, value: text }, `cannot set feature gate ${JSON.stringify(feature)} to ${JSON.stringify(text)}, ${why}`)
    try {
      const value = parseGoBool(text)
      if (spec.lockToDefault && value !== spec.default) refuse(`feature is locked to ${spec.default}`)
      else values.set(feature, value)
    } catch (error) {
      refuse(`due to ${(error as Error).message}`)
    }
  }
  warnOfSpelling(features, env, log)
  return values
}

/** client-go says nothing of a variable that differs from one of a feature by upper and lower case only: who set it would look for long. */
function warnOfSpelling(features: FeatureSpecs, env: Environment, log: FeatureLog): void {
  const known = new Map(Object.keys(features).map((feature) => [feature.toLowerCase(), feature]))
  for (const [name, text] of Object.entries(env)) {
    if (text === undefined || !name.toUpperCase().startsWith(ENVIRONMENT_PREFIX)) continue
    const meant = known.get(name.slice(ENVIRONMENT_PREFIX.length).toLowerCase())
    if (meant === undefined || name === ENVIRONMENT_PREFIX + meant) continue
    log.warn(
      { feature: meant, variable: name },
      `${name} is ignored: names are case-sensitive, and the feature's is ${ENVIRONMENT_PREFIX}${meant}`,
    )
  }
}

/** How `EnvironmentGates` are made. */
export interface EnvironmentGatesOptions {
  /** Every feature that may be asked for. */
  readonly features: FeatureSpecs
  /** Default: the environment of the process, none where there is no process. */
  readonly env?: Environment
  readonly log: FeatureLog
}

/**
 * The gates that client-go has unless a program replaces them. What a caller may rely on:
 *
 * - A value set by the program stands above the environment, the environment above the default.
 * - The environment is read once, when a feature is first asked for; the value of every feature is then logged once, at debug level.
 * - Feature names are case-sensitive in variables too.
 */
export class EnvironmentGates implements SettableGates {
  readonly #features: FeatureSpecs
  readonly #env: Environment | undefined
  readonly #log: FeatureLog
  readonly #set = new Map<string, boolean>()
  #fromEnvironment: ReadonlyMap<string, boolean> | undefined

  constructor(options: EnvironmentGatesOptions) {
    this.#features = options.features
    this.#env = options.env
    this.#log = options.log
  }

  /** Whether a feature was asked for already, so that code may have decided by these gates. */
  get wasRead(): boolean {
    return this.#fromEnvironment !== undefined
  }

  enabled(feature: string): boolean {
    this.#fromEnvironment ??= this.#readEnvironment()
    const value = this.#set.get(feature) ?? this.#fromEnvironment.get(feature) ?? this.#spec(feature)?.default
    if (value === undefined) throw unknownFeature('read', feature)
    return value
  }

  set(feature: string, value: boolean | undefined): void {
    const spec = this.#spec(feature)
    if (spec === undefined) throw unknownFeature('set', feature)
    if (value === undefined) {
      this.#set.delete(feature)
      return
    }
    if (spec.lockToDefault && value !== spec.default) {
      throw new Error(`cannot set feature gate ${JSON.stringify(feature)} to ${value}, feature is locked to ${spec.default}`)
    }
    this.#set.set(feature, value)
  }

  setting(feature: string): boolean | undefined {
    return this.#set.get(feature)
  }

  #spec(feature: string): FeatureSpecs[string] | undefined {
    return Object.hasOwn(this.#features, feature) ? this.#features[feature] : undefined
  }

  #readEnvironment(): Map<string, boolean> {
    const values = readFeatureEnvironment(this.#features, this.#env ?? processEnvironment(), this.#log)
    for (const [feature, spec] of Object.entries(this.#features)) {
      const set = this.#set.get(feature) ?? values.get(feature)
      if (set === undefined) this.#log.debug({ feature, enabled: spec.default }, 'Feature gate default state')
      else this.#log.debug({ feature, enabled: set }, 'Feature gate updated state')
    }
    return values
  }
}

function unknownFeature(verb: string, feature: string): Error {
  return new Error(`Cannot ${verb} feature "${feature}": it is not registered in the client feature gates`)
}

function processEnvironment(): Environment {
  return typeof process === 'undefined' ? {} : process.env
}
