import { type Observable, Subject } from 'rxjs'
import type { CsiDriver, CsiDriverInfo } from './csi-driver.ts'
import type { CsiDrivers } from './csi-drivers.ts'

/** The drivers of a process by name: whoever connects to one puts it here, controllers look here. Starts empty. */
export class CsiDriverRegistry implements CsiDrivers {
  readonly #drivers = new Map<string, CsiDriver>()
  readonly #changes = new Subject<string>()

  get changes(): Observable<string> {
    return this.#changes
  }

  driver(name: string): CsiDriver | undefined {
    return this.#drivers.get(name)
  }

  info(name: string): CsiDriverInfo | undefined {
    return this.#drivers.get(name)?.info
  }

  names(): readonly string[] {
    return [...this.#drivers.keys()].sort()
  }

  /** False, and nothing is changed, when another driver has the name: two would each see half of the volumes. */
  connect(driver: CsiDriver): boolean {
    const { name } = driver.info
    const other = this.#drivers.get(name)
    if (other !== undefined && other !== driver) return false
    this.#drivers.set(name, driver)
    this.#changes.next(name)
    return true
  }

  /** Takes out this driver, not another of its name. */
  disconnect(driver: CsiDriver): void {
    const { name } = driver.info
    if (this.#drivers.get(name) !== driver) return
    this.#drivers.delete(name)
    this.#changes.next(name)
  }
}
