import type { CSIDriver } from '@kubetape/api/types/storage/v1'
import type { CsiDriverInfo } from '@kubetape/csi'

/** The CSIDriver that says of a driver what the driver says of itself; undefined: somebody has described it already, or it is not connected. */
export function plan(info: CsiDriverInfo | undefined, known: CSIDriver | undefined): CSIDriver | undefined {
  if (info === undefined || known !== undefined) return undefined
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { name: info.name },
    spec: { attachRequired: info.controllerCapabilities.includes('PUBLISH_UNPUBLISH_VOLUME') },
  }
}
