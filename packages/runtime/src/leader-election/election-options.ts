/** How one of several processes is chosen to act. The times are client-go's and their defaults controller-runtime's. */
export interface LeaderElectionOptions {
  /** Name of the Lease that is competed for; the same in every process of one application and in no other. */
  readonly id: string
  /** Namespace of the Lease. */
  readonly namespace: string
  /** Who this process is; different in every process, also after a restart (`leaderIdentity()` of `/node` makes one). */
  readonly identity: string
  /** How long the others wait, after they have seen the holder renew, before they take the Lease. Whole seconds. Default 15000. */
  readonly leaseDurationMs?: number
  /** A holder that could not renew for this long stops acting. Default 10000. */
  readonly renewDeadlineMs?: number
  /** Between two attempts to renew, and at least between two to acquire. Default 2000. */
  readonly retryPeriodMs?: number
  /** Give the Lease up when the process stops in order, so that another need not wait. Default false. */
  readonly releaseOnCancel?: boolean
}

/** Attempts to acquire are spread over the retry period and this share of it more, so that candidates do not meet (client-go's JitterFactor). */
export const JITTER_FACTOR = 1.2

/** The options with every default filled in. */
export type Election = Required<LeaderElectionOptions>

/**
 * Fills in the defaults. Throws a RangeError unless lease duration > renew deadline > 1.2 x retry period > 0, which is what makes hand-over safe:
 * the difference of the first two is what clocks may run apart and writes may be under way.
 */
export function checkedElection(options: LeaderElectionOptions): Election {
  const election = {
    ...options,
    leaseDurationMs: options.leaseDurationMs ?? 15_000,
    renewDeadlineMs: options.renewDeadlineMs ?? 10_000,
    retryPeriodMs: options.retryPeriodMs ?? 2000,
    releaseOnCancel: options.releaseOnCancel ?? false,
  }
  const { id, namespace, identity, leaseDurationMs, renewDeadlineMs, retryPeriodMs } = election
  const refuse = (why: string): never => {
    throw new RangeError(`Cannot elect a leader: ${why}`)
  }
  for (const [name, text] of Object.entries({ id, namespace, identity })) if (text === '') refuse(`"${name}" is empty`)
  if (!(leaseDurationMs >= 1000 && leaseDurationMs % 1000 === 0))
    refuse(`"leaseDurationMs" is ${leaseDurationMs}, not a whole number of seconds`)
  if (!(renewDeadlineMs < leaseDurationMs))
    refuse(`"renewDeadlineMs" (${renewDeadlineMs}) is not less than "leaseDurationMs" (${leaseDurationMs})`)
  if (!(renewDeadlineMs > JITTER_FACTOR * retryPeriodMs))
    refuse(`"renewDeadlineMs" (${renewDeadlineMs}) is not more than ${JITTER_FACTOR} times "retryPeriodMs" (${retryPeriodMs})`)
  if (!(retryPeriodMs > 0)) refuse(`"retryPeriodMs" is ${retryPeriodMs}, not above 0`)
  return election
}
