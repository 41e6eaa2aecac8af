import type { IdentityOptions, SigningKeys } from '@kubetape/apiserver'
import type { ControlPlaneOptions } from './control-plane.ts'

/** How clients are known, as a control plane's options say it. */
export function identityOptions({ serviceAccounts = {}, apiAudiences }: ControlPlaneOptions, keys: SigningKeys): IdentityOptions {
  const { issuers, tokenExpirationMaxSeconds, extendsTokenExpiration, jwksUri } = serviceAccounts
  return {
    keys,
    ...(issuers === undefined ? {} : { issuers }),
    ...(apiAudiences === undefined ? {} : { apiAudiences }),
    ...(tokenExpirationMaxSeconds === undefined ? {} : { tokenExpirationMaxSeconds }),
    ...(extendsTokenExpiration === undefined ? {} : { extendsTokenExpiration }),
    ...(jwksUri === undefined ? {} : { jwksUri }),
  }
}
