// Importers whose own libraries do not have Disposable get it from here.
/// <reference lib="esnext.disposable" preserve="true" />
import { givenFeatureGates, swapFeatureGates } from '../gate-provider.ts'
import { type Gates, isSettable } from '../gates.ts'

/**
 * Runs `fn` with the client feature `feature` set to `value`, and puts things back as they were when `fn` returned, resolved or failed:
 * whoever decided before decides again. Calls may be nested; do not run two at a time for one feature. Throws for an unknown feature,
 * and for another value of a locked one.
 */
export async function withFeature<R>(feature: string, value: boolean, fn: () => R | Promise<R>): Promise<R> {
  using _ = setFeatureDuringTest(feature, value)
  return await fn()
}

/**
 * Sets the client feature `feature` until what it answers is disposed of: `using _ = setFeatureDuringTest(WatchListClient, true)` holds to
 * the end of a block. Gates that cannot be set get a layer above them. Throws as `withFeature` does.
 */
export function setFeatureDuringTest(feature: string, value: boolean): Disposable {
  const gates = givenFeatureGates()
  if (!isSettable(gates)) {
    // Gates that do not know the feature say so.
    gates.enabled(feature)
    return disposable(swapFeatureGates({ enabled: (name) => (name === feature ? value : gates.enabled(name)) }))
  }
  const former = gates.setting(feature)
  gates.set(feature, value)
  return disposable(() => gates.set(feature, former))
}

/**
 * Runs `fn` while `gates` answer for all client features, and puts the former gates back when `fn` returned, resolved or failed. Nothing
 * warns, and former gates that nobody has read count as unread afterwards.
 */
export async function withFeatureGates<R>(gates: Gates, fn: () => R | Promise<R>): Promise<R> {
  using _ = disposable(swapFeatureGates(gates))
  return await fn()
}

function disposable(dispose: () => void): Disposable {
  return { [Symbol.dispose]: dispose }
}
