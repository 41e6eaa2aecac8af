import { componentFeatureGates } from '@kubetape/api'
import type { FeatureSpec, FeatureSpecs, FeatureStage, Registry, SettableGates } from '@kubetape/client-go-features'
import { FeatureGateError } from './feature-gate-error.ts'
import { parseFeatureGates } from './feature-gates-flag.ts'
import { unrecognizedGate } from './removed-gates.ts'

/** What a gate's lifecycle says; the release in which it reached its stage is not known of all. */
export type GateSpec = Pick<FeatureSpec, 'stage' | 'default' | 'lockToDefault'>

/** Who decided a gate's value. */
export type GateSource = 'default' | 'AllAlpha' | 'AllBeta' | 'environment' | 'flag' | 'program'

/** A gate as it stands. */
export interface EffectiveGate {
  readonly name: string
  readonly stage: FeatureStage
  readonly enabled: boolean
  readonly source: GateSource
}

/** The gates that set all gates of a stage which nobody sets by name. */
const ALL_OF_STAGE: Readonly<Partial<Record<FeatureStage, 'AllAlpha' | 'AllBeta'>>> = { Alpha: 'AllAlpha', Beta: 'AllBeta' }

/**
 * The feature gates of a component. What a caller may rely on:
 *
 * - A value set by the program stands above the flag, the flag above the environment, all above `AllAlpha` and `AllBeta`, those above
 *   the default; the order of settings does not matter, except that the last of one gate from one source wins.
 * - Unknown gates are refused with upstream's text, removed ones with what to do, other values of locked ones with upstream's text;
 *   a refused flag changes nothing.
 * - `enabled` is one look into a map; asking for an unknown gate throws.
 */
export class FeatureGateRegistry implements SettableGates, Registry {
  readonly #specs = new Map<string, GateSpec>()
  readonly #environment = new Map<string, boolean>()
  readonly #flag = new Map<string, boolean>()
  readonly #program = new Map<string, boolean>()
  /** Dropped at every change, made again at the next question. */
  #effective: Map<string, EffectiveGate> | undefined

  /** `features`: the gates to begin with. Default: all component gates of v1.31. */
  constructor(options: { readonly features?: Readonly<Record<string, GateSpec>> } = {}) {
    this.#addSpecs(options.features ?? componentSpecs())
  }

  /** Takes in further features; throws when one is known with another lifecycle. */
  add(features: FeatureSpecs): void {
    this.#addSpecs(features)
  }

  enabled(name: string): boolean {
    const gate = this.#all().get(name)
    if (gate === undefined) throw new Error(`Cannot read feature gate "${name}": it is not registered`)
    return gate.enabled
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
    const settings = parseFeatureGates(typeof values === 'string' ? [values] : values)
    const problems = [...settings].flatMap(([name, value]) => this.#problem(name, value) ?? [])
    if (problems.length > 0) throw new FeatureGateError(problems)
    this.#change(this.#flag, settings)
    return [...settings].flatMap(([name, value]) => this.#warning(name, value) ?? [])
  }

  /** Takes values that the environment sets; they must be of known gates. Throws a FeatureGateError. */
  setFromEnvironment(values: ReadonlyMap<string, boolean>): void {
    const problems = [...values].flatMap(([name, value]) => this.#problem(name, value) ?? [])
    if (problems.length > 0) throw new FeatureGateError(problems)
    this.#change(this.#environment, values)
  }

  set(name: string, value: boolean): void {
    const problem = this.#problem(name, value)
    if (problem !== undefined) throw new FeatureGateError([problem])
    this.#change(this.#program, new Map([[name, value]]))
  }

  #addSpecs(features: Readonly<Record<string, GateSpec>>): void {
    for (const [name, { stage, default: on, lockToDefault }] of Object.entries(features)) {
      const known = this.#specs.get(name)
      if (known !== undefined && (known.stage !== stage || known.default !== on || known.lockToDefault !== lockToDefault)) {
        throw new Error(`Cannot add feature gate "${name}": it is registered with another stage, default or lock`)
      }
      this.#specs.set(name, { stage, default: on, lockToDefault })
    }
    this.#effective = undefined
  }

  #problem(name: string, value: boolean): string | undefined {
    const spec = this.#specs.get(name)
    if (spec === undefined) return unrecognizedGate(name)
    if (!spec.lockToDefault || spec.default === value) return undefined
    return `cannot set feature gate ${name} to ${value}, feature is locked to ${spec.default}`
  }

  #warning(name: string, value: boolean): string | undefined {
    const stage = this.#specs.get(name)?.stage
    if (stage !== 'GA' && stage !== 'Deprecated') return undefined
    return `Setting ${stage === 'GA' ? 'GA' : 'deprecated'} feature gate ${name}=${value}. It will be removed in a future release.`
  }

  #change(source: Map<string, boolean>, values: ReadonlyMap<string, boolean>): void {
    for (const [name, value] of values) source.set(name, value)
    this.#effective = undefined
  }

  #all(): Map<string, EffectiveGate> {
    this.#effective ??= new Map(
      [...this.#specs].map(([name, spec]) => [name, { name, stage: spec.stage, ...(this.#named(name) ?? this.#ofStage(spec)) }]),
    )
    return this.#effective
  }

  #named(name: string): { enabled: boolean; source: GateSource } | undefined {
    const sources = [
      ['program', this.#program],
      ['flag', this.#flag],
      ['environment', this.#environment],
    ] as const
    for (const [source, values] of sources) {
      const enabled = values.get(name)
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

/** A lock that the data does not know counts as none: upstream refuses more at worst, and what it takes is taken here. */
function componentSpecs(): Record<string, GateSpec> {
  return Object.fromEntries(
    componentFeatureGates().map((gate) => [gate.name, { stage: gate.stage, default: gate.default, lockToDefault: gate.locked === true }]),
  )
}
