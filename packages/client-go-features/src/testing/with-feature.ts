import { featureGates } from '../gate-provider.ts'
import { isSettable } from '../gates.ts'

/**
 * Runs `fn` with the client feature `feature` set to `value`, and puts the former value back when `fn` returned, resolved or failed.
 * Calls may be nested; do not run two at a time for one feature. Throws when the gates in use cannot be set.
 */
export async function withFeature<R>(feature: string, value: boolean, fn: () => R | Promise<R>): Promise<R> {
  const gates = featureGates()
  if (!isSettable(gates)) throw new Error(`Cannot set feature "${feature}" for a test: the feature gates in use have no set()`)
  const former = gates.enabled(feature)
  gates.set(feature, value)
  try {
    return await fn()
  } finally {
    gates.set(feature, former)
  }
}
