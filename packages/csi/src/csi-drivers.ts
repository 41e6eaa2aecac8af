import type { Observable } from 'rxjs'
import type { CsiDriver, CsiDriverInfo } from './csi-driver.ts'

/**
 * The drivers that are connected now. Controllers read it through `context.outside(() => drivers.info(name))` and call a driver through
 * `context.call`, so that a tape is replayed without any driver.
 */
export interface CsiDrivers {
  /** Undefined: no such driver is connected now. */
  driver(name: string): CsiDriver | undefined
  info(name: string): CsiDriverInfo | undefined
  names(): readonly string[]
  /** Names of drivers that have been connected or lost; the source of runs that wait for one. */
  readonly changes: Observable<string>
}
