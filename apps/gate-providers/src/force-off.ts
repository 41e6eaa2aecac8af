import { featureGates, type Gates, WatchListClient } from '@kubetape/client-go-features'

/** Keeps one feature off that is known to work poorly, whatever anybody sets; `others` answer for the rest. */
export function forceOff(feature: string, others: Gates): Gates {
  return { enabled: (name) => name !== feature && others.enabled(name) }
}

/** No streamed lists; the environment decides about everything else. */
export const gates = forceOff(WatchListClient, featureGates())
