import { DEFAULT_ISSUER, type IdentityOptions, type SigningKeys } from '@kubetape/apiserver'
import { type PrepareAuthentication, prepareAuthentication } from './authentication-options.ts'
import type { ControlPlaneOptions } from './control-plane.ts'

/** How clients are known, as a control plane's options say it. */
export function identityOptions(
  { serviceAccounts = {}, apiAudiences, authentication = {} }: ControlPlaneOptions,
  keys: SigningKeys,
  environment: Pick<PrepareAuthentication, 'gates' | 'clock' | 'logger' | 'started'>,
): IdentityOptions {
  const { issuers = [DEFAULT_ISSUER], tokenExpirationMaxSeconds, extendsTokenExpiration, jwksUri } = serviceAccounts
  return {
    ...prepareAuthentication(authentication, { ...environment, issuers, apiAudiences: apiAudiences ?? issuers }),
    keys,
    issuers,
    ...(apiAudiences === undefined ? {} : { apiAudiences }),
    ...(tokenExpirationMaxSeconds === undefined ? {} : { tokenExpirationMaxSeconds }),
    ...(extendsTokenExpiration === undefined ? {} : { extendsTokenExpiration }),
    ...(jwksUri === undefined ? {} : { jwksUri }),
  }
}
