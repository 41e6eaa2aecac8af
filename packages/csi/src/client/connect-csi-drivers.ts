import { type Clock, sleep, type Timer } from '@kubetape/determinism'
import { CsiDriverRegistry } from '../csi-driver-registry.ts'
import type { CsiDrivers } from '../csi-drivers.ts'
import { socketPathOf } from '../csi-endpoint.ts'
import { connectCsiDriver } from './connect-csi-driver.ts'
import type { CsiTimeoutsMs } from './timeouts.ts'

export interface ConnectCsiDriversOptions {
  /** Each `unix:///path/to.sock`. */
  readonly endpoints: readonly string[]
  readonly clock: Clock
  readonly timeoutsMs?: Partial<CsiTimeoutsMs>
  readonly log?: {
    info(message: string, fields: Record<string, unknown>): void
    warn(message: string, fields: Record<string, unknown>): void
  }
}

export interface CsiConnections {
  readonly drivers: CsiDrivers
  /** Cuts off calls that are still under way after this time, for an owner that waits for its callers to end. Nobody is told that drivers have gone. */
  cutOffAfter(ms: number): void
  /** Closes every connection; resolves when nothing is under way any more. Nobody is told that drivers have gone. */
  stop(): Promise<void>
}

/** A driver that goes as soon as it comes, or whose name is taken, is not tried without a pause. */
const AGAIN_MS = 1000
const SILENT = { info: () => undefined, warn: () => undefined }

/**
 * Keeps connected to the drivers at these sockets, whenever they come, go and come back, perhaps as another version or another driver. Returns
 * at once. Of two drivers with one name the later one is refused, until the first has gone. Throws for endpoints that cannot be any, or are twice.
 */
export function connectCsiDrivers({ endpoints, clock, timeoutsMs = {}, log = SILENT }: ConnectCsiDriversOptions): CsiConnections {
  checkCsiEndpoints(endpoints)
  const registry = new CsiDriverRegistry()
  const stopping = new AbortController()
  const { signal } = stopping
  const keep = async (endpoint: string): Promise<void> => {
    let problem = ''
    // Said once, however often it is found.
    const onProblem = ({ message }: Error): void => {
      if (message !== problem) log.warn(message, { endpoint })
      problem = message
    }
    for (;;) {
      const driver = await connectCsiDriver({ endpoint, clock, timeoutsMs, signal, onWaiting: onProblem })
      const { name, vendorVersion } = driver.info
      if (registry.connect(driver)) {
        problem = ''
        log.info('CSI driver connected', { endpoint, driver: name, version: vendorVersion })
        await driver.lost
        signal.throwIfAborted()
        registry.disconnect(driver)
        log.info('CSI driver disconnected', { endpoint, driver: name })
      } else {
        driver.close()
        onProblem(new Error(`Cannot use the CSI driver at ${endpoint}: another one with the name ${JSON.stringify(name)} is connected`))
      }
      await sleep(clock, AGAIN_MS, { signal })
    }
  }
  const running = endpoints.map((endpoint) =>
    keep(endpoint).catch((error: unknown) => {
      if (!signal.aborted) throw error
    }),
  )
  const cutOff = (): void => stopping.abort(new Error('Cannot connect to CSI drivers: the connections are being stopped'))
  let timer: Timer | undefined
  return {
    drivers: registry,
    cutOffAfter: (ms) => {
      timer ??= clock.setTimer(cutOff, ms)
    },
    stop: async () => {
      timer?.cancel()
      cutOff()
      await Promise.all(running)
    },
  }
}

/** Throws for an endpoint that cannot be one, and for one that is there twice. */
export function checkCsiEndpoints(endpoints: readonly string[]): void {
  const paths = endpoints.map(socketPathOf)
  const twice = endpoints.find((_, index) => paths.indexOf(paths[index] ?? '') !== index)
  if (twice !== undefined) throw new Error(`Cannot use CSI endpoint ${JSON.stringify(twice)}: it is given twice`)
}
