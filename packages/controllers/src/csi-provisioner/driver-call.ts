import { Secret as SecretKind } from '@kubetape/api/kinds'
import type { SecretReference } from '@kubetape/api/types/core/v1'
import type { Client } from '@kubetape/client'
import { type CsiDriver, type CsiDrivers, CsiError, type CsiSecrets } from '@kubetape/csi'
import type { ReconcileContext } from '@kubetape/runtime'

/** Calls a driver through the context: `body` is what the tape has of it, which secrets are no part of. Rejects with a CsiError. */
export function callDriver<T>(
  context: Pick<ReconcileContext, 'call'>,
  drivers: CsiDrivers,
  call: { readonly driver: string; readonly method: string; readonly body: unknown },
  perform: (driver: CsiDriver) => Promise<T>,
): Promise<T> {
  const { driver: name, method, body } = call
  return context.call({ system: name, method, body }, () => {
    const driver = drivers.driver(name)
    if (driver === undefined) throw new CsiError('UNAVAILABLE', `the driver ${name} is not connected`)
    return perform(driver)
  })
}

/** What a Secret holds, as drivers want it; undefined without a reference. Throws where it cannot be read. */
export async function secretsOf(client: Client, reference: SecretReference | undefined): Promise<CsiSecrets | undefined> {
  if (reference === undefined) return undefined
  const { namespace = '', name = '' } = reference
  try {
    const { data = {} } = await client.get(SecretKind, { namespace, name })
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decodeBase64(value)]))
  } catch (error) {
    throw new Error(`error getting secret ${name} in namespace ${namespace}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** As text: the protocol has no other form for it. */
function decodeBase64(text: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)))
}
