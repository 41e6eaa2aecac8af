import { checkCsiEndpoints, connectCsiDrivers, type CsiDrivers } from '@kubetape/csi'
import type { Clock } from '@kubetape/determinism'
import type { RunLog } from '@kubetape/runtime'
import { ControlPlaneOptionError } from './option-error.ts'

/** Where the CSI drivers of a control plane come from. */
export interface CsiOptions {
  /** Sockets of CSI drivers, each `unix:///path/to.sock`: connected to now or whenever they are there. Default: none. */
  readonly csiEndpoints?: readonly string[] | undefined
  /** The CSI drivers that are connected, now and later, by somebody else; not together with `csiEndpoints`. Default: none. */
  readonly drivers?: CsiDrivers | undefined
}

/** Throws a ControlPlaneOptionError. */
export function checkCsi({ csiEndpoints, drivers }: CsiOptions): void {
  if (csiEndpoints === undefined) return
  if (drivers !== undefined)
    throw new ControlPlaneOptionError('Cannot use csiEndpoints: it does not go together with drivers, which are all that there are')
  try {
    checkCsiEndpoints(csiEndpoints)
  } catch (error) {
    throw new ControlPlaneOptionError((error as Error).message, { cause: error })
  }
}

/** Runs under way may hear a driver's answer for so long while a control plane stops. */
const STOP_MS = 5_000

export interface CsiConnection {
  /** Undefined: there are no drivers, and there will be none. */
  readonly drivers: CsiDrivers | undefined
  /** To be called before runs are waited for. */
  readonly stopping: () => void
  /** To be called when no run is under way any more. */
  readonly stop: () => Promise<void>
}

/** Begins to connect; waits for no driver. */
export function connectCsi({ csiEndpoints = [], drivers }: CsiOptions, clock: Clock, log: RunLog): CsiConnection {
  if (csiEndpoints.length === 0) return { drivers, stopping: () => undefined, stop: async () => undefined }
  const connections = connectCsiDrivers({ endpoints: csiEndpoints, clock, log })
  return { drivers: connections.drivers, stopping: () => connections.cutOffAfter(STOP_MS), stop: () => connections.stop() }
}
