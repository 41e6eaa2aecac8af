import { CertificateIssuer, type SigningKeys } from '@kubetape/apiserver'
import type { Clock } from '@kubetape/determinism'
import { Access } from './access.ts'
import type { ControlPlaneOptions } from './control-plane.ts'
import { prepareServiceAccountKeys } from './service-account-keys.ts'

/** What lets clients in. */
export interface PreparedAccess {
  readonly access: Access
  /** Of service account tokens. */
  readonly keys: SigningKeys
  /** Undefined without a CA. */
  readonly issuer: CertificateIssuer | undefined
}

/** What lets clients in, as far as it is kept: certificates, the administrator's token, the keys of service account tokens. */
export async function prepareAccess(options: ControlPlaneOptions, defaultHost: string, clock: Clock): Promise<PreparedAccess> {
  const { data, host = defaultHost, tls = true, port, serviceAccounts = {} } = options
  const wanted = port !== undefined
  // A new key takes as long as new certificates, on another thread.
  const [keys, access] = await Promise.all([
    prepareServiceAccountKeys(serviceAccounts, { folder: data, wanted }),
    Access.prepare({ clock, ...(data === undefined ? {} : { folder: data }), host, tls, wanted }),
  ])
  const issuer = access.authority === undefined ? undefined : new CertificateIssuer(access.authority, clock)
  return { access, keys, issuer }
}
