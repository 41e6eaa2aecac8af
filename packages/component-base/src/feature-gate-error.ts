/** Feature gates were set in a way that is refused; nothing was changed. Terminal: the settings have to be corrected. */
export class FeatureGateError extends Error {
  readonly code = 'InvalidFeatureGates'

  /** `problems`: one upstream text each; several are shown as upstream shows an aggregate. */
  constructor(problems: readonly string[]) {
    super(problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`)
    this.name = 'FeatureGateError'
  }
}
