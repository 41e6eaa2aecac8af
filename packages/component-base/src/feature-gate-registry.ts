import type { FeatureSpecs, FeatureStage, Registry, SettableGates } from '@kubetape/client-go-features'
import { BINARY_VERSION } from './emulated-version.ts'
import { FeatureGateError } from './feature-gate-error.ts'
import { parseFeatureGates } from './feature-gates-flag.ts'
import { componentLifecycles, firstVersion, type GateLifecycle, type GateSpec, specAt } from './gate-lifecycle.ts'
import { unrecognizedGate } from './removed-gates.ts'

/** Who decided a gate's value. */
export type GateSource = 'default' | 'AllAlpha' | 'AllBeta' | 'environment' | 'file' | 'flag' | 'program'

/** A gate as it stands. */
export interface EffectiveGate {
  readonly name: string
  readonly stage: FeatureStage
  readonly default: boolean
  readonly locked: boolean
  readonly enabled: boolean
  readonly source: GateSource
  /** The release in which it reached its stage, as `1.31`; undefined where that is not known. */
  readonly since: string | undefined
}

/** How a registry is made. */
export interface FeatureGateRegistryOptions {
  /** The gates to begin with. Default: all component gates of v1.31. */
  readonly features?: Readonly<Record<string, GateLifecycle>>
  /** The release to behave as, `1.30` or `1.31`. Default `1.31`. */
  readonly emulatedVersion?: string
}

/** The gates that set all gates of a stage which nobody sets by name. */
const ALL_OF_STAGE: Readonly<Partial<Record<FeatureStage, 'AllAlpha' | 'AllBeta'>>> = { Alpha: 'AllAlpha', Beta: 'AllBeta' }

/** The strongest first. */
const SOURCES = ['program', 'flag', 'file', 'environment'] as const

/**
 * The feature gates of a component. What a caller may rely on:
 *
 * - A value set by the program stands above the flag, the flag above the file, the file above the environment, all above `AllAlpha` and
 *   `AllBeta`, those above the default; the order of settings does not matter, except that the last of one gate from one source wins.
 * - Unknown gates are refused with upstream's text, removed ones with what to do, other values of locked ones with upstream's text;
 *   a refused flag or file changes nothing.
 * - A gate that came after the emulated release is off, cannot be set, and is not among the effective gates.
 * - No gate depends on another one: v1.31 knows no such thing.
 * - `enabled` is one look into a map; asking for an unknown gate throws.
 */
export class FeatureGateRegistry implements SettableGates, Registry {
  /** The release that the gates behave as. */
  readonly emulatedVersion: string
  readonly #gates = new Map<string, GateLifecycle>()
  /** What the gates are at the emulated release; undefined: not there yet. */
  readonly #specs = new Map<string, GateSpec | undefined>()
  readonly #settings = Object.fromEntries(SOURCES.map((source) => [source, new Map<string, boolean>()])) as Readonly<
    Record<(typeof SOURCES)[number], Map<string, boolean>>
  >
  /** Dropped at every change, made again at the next question. */
  #effective: Map<string, EffectiveGate> | undefined

  constructor(options: FeatureGateRegistryOptions = {}) {
    this.emulatedVersion = options.emulatedVersion ?? BINARY_VERSION
    for (const [name, gate] of Object.entries(options.features ?? componentLifecycles())) this.#add(name, gate)
  }

  /** Takes in further features, as they are whatever release is emulated; throws when one is known with another lifecycle. */
  add(features: FeatureSpecs): void {
    for (const [name, spec] of Object.entries(features)) {
      const known = this.#gates.get(name)
      if (known === undefined) this.#add(name, spec)
      else if (known.stage !== spec.stage || known.default !== spec.default || known.lockToDefault !== spec.lockToDefault)
        throw new Error(`Cannot add feature gate "${name}": it is registered with another stage, default or lock`)
    }
  }

  enabled(name: string): boolean {
    const gate = this.#all().get(name)
    if (gate !== undefined) return gate.enabled
    if (this.#gates.has(name)) return false
    throw new Error(`Cannot read feature gate "${name}": it is not registered`)
  }

  /** Every gate as it stands and why, by name. */
  effective(): EffectiveGate[] {
    return [...this.#all().values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  /**
   * Takes the values of `--feature-gates`, which may be repeated, as `A=true,B=false`. Answers upstream's warnings about gates that
   * will disappear. Throws a FeatureGateError.
   */
  setFromFlag(values: string | readonly string[]): string[] {
    return this.#setAll('flag', parseFeatureGates(typeof values === 'string' ? [values] : values))
  }

  /** Takes `featureGates` of a configuration file. Answers upstream's warnings as `setFromFlag` does. Throws a FeatureGateError. */
  setFromFile(values: Readonly<Record<string, boolean>>): string[] {
    return this.#setAll('file', new Map(Object.entries(values)))
  }

  /** Takes values that the environment sets; they must be of known gates. Throws a FeatureGateError. */
  setFromEnvironment(values: ReadonlyMap<string, boolean>): void {
    this.#setAll('environment', values)
  }

  set(name: string, value: boolean | undefined): void {
    const problem = this.#problem(name, value)
    if (problem !== undefined) throw new FeatureGateError([problem])
    if (value === undefined) this.#settings.program.delete(name)
    else this.#settings.program.set(name, value)
    this.#effective = undefined
  }

  setting(name: string): boolean | undefined {
    return this.#settings.program.get(name)
  }

  /**
   * Makes another value the default of a gate, as a component does that ships a feature its own way; whatever anybody sets stands above
   * it. Throws a FeatureGateError for an unknown gate, for a locked one and for one that came after the emulated release.
   */
  overrideDefault(name: string, value: boolean): void {
    const spec = this.#specs.get(name)
    const refuse = (why: string): never => {
      throw new FeatureGateError([`cannot override default: feature ${JSON.stringify(name)} ${why}`])
    }
    if (!this.#gates.has(name)) refuse('is not registered')
    else if (spec === undefined) refuse(`is not available before version ${firstVersion(this.#gates.get(name)!)}`)
    else if (spec.lockToDefault) refuse(`default is locked to ${spec.default}`)
    else this.#specs.set(name, { ...spec, default: value })
    this.#effective = undefined
  }

  /** The same gates with the same settings; what becomes of one is nothing to the other. */
  copy(): FeatureGateRegistry {
    const copy = new FeatureGateRegistry({ features: Object.fromEntries(this.#gates), emulatedVersion: this.emulatedVersion })
    for (const [name, spec] of this.#specs) copy.#specs.set(name, spec)
    for (const source of SOURCES) for (const [name, value] of this.#settings[source]) copy.#settings[source].set(name, value)
    return copy
  }

  /** What upstream's help shows of `--feature-gates`: one text for each gate that is neither GA nor deprecated, in order. */
  knownFeatures(): string[] {
    return this.effective()
      .filter(({ stage }) => stage === 'Alpha' || stage === 'Beta')
      .map((gate) => `${gate.name}=true|false (${gate.stage.toUpperCase()} - default=${gate.default})`)
  }

  #add(name: string, gate: GateLifecycle): void {
    this.#gates.set(name, gate)
    this.#specs.set(name, specAt(gate, this.emulatedVersion))
    this.#effective = undefined
  }

  #setAll(source: 'flag' | 'file' | 'environment', settings: ReadonlyMap<string, boolean>): string[] {
    const problems = [...settings].flatMap(([name, value]) => this.#problem(name, value) ?? [])
    if (problems.length > 0) throw new FeatureGateError(problems)
    for (const [name, value] of settings) this.#settings[source].set(name, value)
    this.#effective = undefined
    return [...settings].flatMap(([name, value]) => this.#warning(name, value) ?? [])
  }

  #problem(name: string, value: boolean | undefined): string | undefined {
    const gate = this.#gates.get(name)
    if (gate === undefined) return unrecognizedGate(name)
    if (value === undefined) return undefined
    const spec = this.#specs.get(name)
    if (spec === undefined) {
      const text = `cannot set feature gate ${name} to ${value}, feature is PreAlpha at emulated version ${this.emulatedVersion}`
      return `${text} (it came with v${firstVersion(gate)})`
    }
    if (!spec.lockToDefault || spec.default === value) return undefined
    return `cannot set feature gate ${name} to ${value}, feature is locked to ${spec.default}`
  }

  #warning(name: string, value: boolean): string | undefined {
    const stage = this.#specs.get(name)?.stage
    if (stage !== 'GA' && stage !== 'Deprecated') return undefined
    return `Setting ${stage === 'GA' ? 'GA' : 'deprecated'} feature gate ${name}=${value}. It will be removed in a future release.`
  }

  #all(): Map<string, EffectiveGate> {
    this.#effective ??= new Map(
      [...this.#specs].flatMap(([name, spec]) => {
        if (spec === undefined) return []
        const { stage, default: on, lockToDefault: locked, since } = spec
        return [[name, { name, stage, default: on, locked, since, ...(this.#named(name) ?? this.#ofStage(spec)) }]]
      }),
    )
    return this.#effective
  }

  #named(name: string): { enabled: boolean; source: GateSource } | undefined {
    for (const source of SOURCES) {
      const enabled = this.#settings[source].get(name)
      if (enabled !== undefined) return { enabled, source }
    }
    return undefined
  }

  #ofStage(spec: GateSpec): { enabled: boolean; source: GateSource } {
    const all = ALL_OF_STAGE[spec.stage]
    const set = all === undefined || spec.lockToDefault ? undefined : this.#named(all)
    return all === undefined || set === undefined ? { enabled: spec.default, source: 'default' } : { enabled: set.enabled, source: all }
  }
}
