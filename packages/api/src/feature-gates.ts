import { featureGateData } from './generated/feature-gate-data.ts'
import { removedGateData } from './generated/removed-gate-data.ts'

/** How far a gate has come. */
type Stage = 'Alpha' | 'Beta' | 'GA' | 'Deprecated'

/** What a gate became in one release; it holds until its next step. */
export interface FeatureGateVersion {
  /** The release, as `1.31`. */
  readonly version: string
  readonly stage: Stage
  readonly default: boolean
  /** Whether another value than the default is refused. */
  readonly locked: boolean
}

/** A component feature gate as v1.31 ships it; `locked: null` means not known. */
export interface FeatureGateSpec {
  readonly name: string
  readonly stage: Stage
  readonly default: boolean
  readonly locked: boolean | null
  readonly component: string
  /** What it became and when, up to v1.31, the oldest first. Undefined where it is not known; then it counts as it is in v1.31. */
  readonly versions?: readonly FeatureGateVersion[]
}

/** A gate that an earlier release had. */
export interface RemovedFeatureGate {
  readonly name: string
  /** The last release that knew it, as `1.30`. */
  readonly until: string
  /** What it was then: a GA feature stayed, any other one went with its gate. */
  readonly stage: Stage
  /** Whether the feature stayed on. */
  readonly default: boolean
  /** The gate of v1.31 that has taken its place. */
  readonly now?: string
}

let parsed: readonly FeatureGateSpec[] | undefined
let removed: readonly RemovedFeatureGate[] | undefined

/** The component feature gates of v1.31, by name. */
export function componentFeatureGates(): readonly FeatureGateSpec[] {
  parsed ??= JSON.parse(featureGateData) as FeatureGateSpec[]
  return parsed
}

/** The gates that were removed before v1.31 or by it, by name (Kubernetes documentation, "Feature Gates (removed)"). */
export function removedFeatureGates(): readonly RemovedFeatureGate[] {
  removed ??= JSON.parse(removedGateData) as RemovedFeatureGate[]
  return removed
}
