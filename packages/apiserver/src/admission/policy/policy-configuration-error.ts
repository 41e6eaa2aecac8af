/** A policy or binding that cannot be used as it stands. */
export class PolicyConfigurationError extends Error {
  readonly code = 'POLICY_CONFIGURATION'

  constructor(message: string) {
    super(message)
    this.name = 'PolicyConfigurationError'
  }
}
