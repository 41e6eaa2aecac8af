import type { CsiDriver, CsiVolumePage } from '../csi-driver.ts'
import { CsiError } from '../csi-error.ts'

/** A driver that goes on for ever is not listened to for ever. */
const PAGES_MAX = 100_000

/** All pages of `listVolumes`. Rejects with a CsiError: UNIMPLEMENTED for a driver that does not list its volumes. */
export async function listAllVolumes(driver: CsiDriver): Promise<CsiVolumePage['entries']> {
  const { name, controllerCapabilities } = driver.info
  if (!controllerCapabilities.includes('LIST_VOLUMES')) throw new CsiError('UNIMPLEMENTED', `the driver ${name} does not list its volumes`)
  const entries: CsiVolumePage['entries'][number][] = []
  let startingToken = ''
  for (let page = 0; page < PAGES_MAX; page++) {
    const { entries: more, nextToken } = await driver.listVolumes(startingToken === '' ? {} : { startingToken })
    entries.push(...more)
    if (nextToken === '') return entries
    startingToken = nextToken
  }
  throw new CsiError('OUT_OF_RANGE', `the list of the driver ${name} has no end`)
}
