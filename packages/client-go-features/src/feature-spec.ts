/** How far a feature has come; `GA` and `Deprecated` gates disappear in a later release. */
export type FeatureStage = 'Alpha' | 'Beta' | 'GA' | 'Deprecated'

/** What is known about a feature before anybody sets it. */
export interface FeatureSpec {
  readonly stage: FeatureStage
  /** Whether it is on when nobody says otherwise. */
  readonly default: boolean
  /** Whether another value than the default is refused. */
  readonly lockToDefault: boolean
  /** The Kubernetes release in which it came to this stage, as `1.31`. */
  readonly since: string
}

/** Feature specs by name. Names are case-sensitive. */
export type FeatureSpecs = Readonly<Record<string, FeatureSpec>>

/** Takes in features that another gate provider shall answer for; throws when it knows one of them under another spec. */
export interface Registry {
  add(features: FeatureSpecs): void
}
