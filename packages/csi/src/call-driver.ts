import type { CsiDriver, CsiSecrets } from './csi-driver.ts'
import type { CsiDrivers } from './csi-drivers.ts'
import { CsiError } from './csi-error.ts'

/** What is asked of which driver, as the tape has it: `body` without secrets. */
export interface DriverCall {
  readonly driver: string
  readonly method: string
  readonly body: unknown
}

/** The part of a run's context that asks systems outside of the API. */
interface Calls {
  readonly call: <T>(
    call: { readonly system: string; readonly method: string; readonly body?: unknown },
    perform: () => Promise<T>,
  ) => Promise<T>
}

/** Asks a driver through the context of a run. Rejects with a CsiError, or one that a tape has given back; UNAVAILABLE without the driver. */
export function callDriver<T>(
  context: Calls,
  drivers: CsiDrivers,
  call: DriverCall,
  perform: (driver: CsiDriver) => Promise<T>,
): Promise<T> {
  const { driver: name, method, body } = call
  return context.call({ system: name, method, body }, () => {
    const driver = drivers.driver(name)
    return driver === undefined ? Promise.reject(new CsiError('UNAVAILABLE', `the driver ${name} is not connected`)) : perform(driver)
  })
}

/** The `data` of a Secret as drivers take it: text. */
export function secretData(data: Readonly<Record<string, string>> = {}): CsiSecrets {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, Buffer.from(value, 'base64').toString()]))
}
