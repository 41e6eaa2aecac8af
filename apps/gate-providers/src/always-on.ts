import type { Gates } from '@kubetape/client-go-features'

/** Says yes to every feature: the example of the Kubernetes blog. */
export class AlwaysEnabledGates implements Gates {
  enabled(_feature: string): boolean {
    return true
  }
}

export const gates = new AlwaysEnabledGates()
