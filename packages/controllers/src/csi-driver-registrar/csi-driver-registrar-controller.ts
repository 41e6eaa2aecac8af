import { CSIDriver as DriverKind } from '@kubetape/api/kinds'
import type { CSIDriver } from '@kubetape/api/types/storage/v1'
import { isAlreadyExists } from '@kubetape/apimachinery'
import type { CsiDriverInfo, CsiDrivers } from '@kubetape/csi'
import type { Controller } from '@kubetape/runtime'
import { concat, defer, from } from 'rxjs'
import { plan } from './plan.ts'

/**
 * Describes drivers when they are connected, where nobody has: what a driver's own manifests do in other clusters. A description that is there, or is
 * deleted later, is left to whoever did that.
 */
export function csiDriverRegistrarController({ drivers }: { readonly drivers: CsiDrivers }): Controller {
  return {
    name: 'csi-driver-registrar',
    kind: DriverKind,
    watches: [],
    reads: [DriverKind],
    indexes: new Map(),
    sources: [
      {
        name: 'storage drivers',
        keys: () =>
          concat(
            defer(() => from(drivers.names())),
            drivers.changes,
          ),
      },
    ],
    options: {},
    reconcile: async ({ name }, { lister, outside, client }) => {
      const info = outside((): CsiDriverInfo | undefined => drivers.info(name))
      const description = plan(info, lister<CSIDriver>(DriverKind).get('', name))
      if (description === undefined) return
      try {
        await client.create<CSIDriver>(DriverKind, description)
      } catch (error) {
        if (!isAlreadyExists(error)) throw error
      }
    },
  }
}
