import { serveCsiDriver } from '../server/serve-csi-driver.ts'
import { type DirectoryDriver, type DirectoryDriverOptions, openDirectoryDriver } from './directory-driver.ts'

export interface ServeDirectoryDriverOptions extends DirectoryDriverOptions {
  /** `unix:///path/to.sock` */
  readonly endpoint: string
  /** Told of failures that are no refusals; the client hears INTERNAL. Default: nobody. */
  readonly onError?: (error: unknown, rpc: string) => void
}

export interface ServedDirectoryDriver extends Pick<DirectoryDriver, 'root' | 'publishes'> {
  readonly name: string
  readonly endpoint: string
  /** Lets requests end that have begun, but not for longer than `STOP_MS`; then another driver may have the folder. */
  stop(): Promise<void>
}

/** Requests that are being answered get as long when the driver is told to stop. */
const STOP_MS = 5_000

/** Opens the folder and serves it on a socket. Rejects as `openDirectoryDriver` and `serveCsiDriver` do. */
export async function serveDirectoryDriver({ endpoint, onError, ...options }: ServeDirectoryDriverOptions): Promise<ServedDirectoryDriver> {
  const driver = await openDirectoryDriver(options)
  const { handlers, root, publishes } = driver
  try {
    const served = await serveCsiDriver({ endpoint, driver: handlers, ...(onError === undefined ? {} : { onError }) })
    return {
      name: handlers.info.name,
      endpoint: served.endpoint,
      root,
      publishes,
      stop: async () => {
        const slow = options.clock.setTimer(() => served.kill(), STOP_MS)
        try {
          await served.stop()
        } finally {
          slow.cancel()
          driver.close()
        }
      },
    }
  } catch (error) {
    driver.close()
    throw error
  }
}
