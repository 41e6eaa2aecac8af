import { Secret as SecretKind } from '@kubetape/api/kinds'
import type { SecretReference } from '@kubetape/api/types/core/v1'
import type { Client } from '@kubetape/client'
import { type CsiSecrets, secretData } from '@kubetape/csi'

/** What a Secret holds, as drivers want it; undefined without a reference. Throws where it cannot be read. */
export async function secretsOf(client: Client, reference: SecretReference | undefined): Promise<CsiSecrets | undefined> {
  if (reference === undefined) return undefined
  const { namespace = '', name = '' } = reference
  try {
    return secretData((await client.get(SecretKind, { namespace, name })).data)
  } catch (error) {
    throw new Error(`error getting secret ${name} in namespace ${namespace}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}
