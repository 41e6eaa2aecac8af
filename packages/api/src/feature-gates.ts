import { featureGateData } from './generated/feature-gate-data.ts'

/** A component feature gate as v1.31 ships it; `locked: null` means not known. */
export interface FeatureGateSpec {
  readonly name: string
  readonly stage: 'Alpha' | 'Beta' | 'GA' | 'Deprecated'
  readonly default: boolean
  readonly locked: boolean | null
  readonly component: string
}

let parsed: readonly FeatureGateSpec[] | undefined

/** The component feature gates of v1.31, by name. */
export function componentFeatureGates(): readonly FeatureGateSpec[] {
  parsed ??= JSON.parse(featureGateData) as FeatureGateSpec[]
  return parsed
}
