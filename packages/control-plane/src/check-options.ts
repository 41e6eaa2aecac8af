import { isIP } from 'node:net'
import { join } from 'node:path'
import { pluginSelectionError } from '@kubetape/apiserver'
import { readAuthentication } from './authentication-options.ts'
import { refuseForeignKubeconfig } from './access.ts'
import { builtinControllerNames } from './builtin-controllers.ts'
import { unknownControllers } from './controller-names.ts'
import type { ControlPlaneOptions } from './control-plane.ts'
import { checkHostPath } from './host-path-options.ts'
import { checkCsi } from './csi-options.ts'
import { gatesOf } from './gate-options.ts'
import { ControlPlaneOptionError } from './option-error.ts'
import { givenKeys } from './service-account-keys.ts'
import { checkServiceNetwork } from './service-network-options.ts'

/** Throws a ControlPlaneOptionError for options that cannot be used. Only looks, so that a wrong word leaves nothing behind. */
export function checkOptions({
  authentication,
  featureGates,
  gates,
  controllers = ['*'],
  serviceClusterIpRange,
  serviceNodePortRange,
  host,
  tls,
  port,
  kubeconfig,
  data,
  serviceAccounts,
  admission,
  hostPath,
  csiEndpoints,
  drivers,
}: ControlPlaneOptions): void {
  checkControllers(controllers)
  if (hostPath !== undefined) checkHostPath(data, hostPath)
  checkCsi({ csiEndpoints, drivers })
  if (gates !== undefined && featureGates !== undefined)
    throw new ControlPlaneOptionError('Cannot use featureGates: it does not go together with gates, which say everything')
  const all = gatesOf({ gates, featureGates })
  if (host !== undefined) checkHost(host, tls)
  checkServiceNetwork({ serviceClusterIpRange, serviceNodePortRange })
  if (serviceAccounts !== undefined) givenKeys(serviceAccounts)
  if (authentication !== undefined) readAuthentication(authentication, serviceAccounts?.issuers ?? [], all)
  const wrong = admission === undefined ? undefined : pluginSelectionError(admission)
  if (wrong !== undefined) throw new ControlPlaneOptionError(wrong)
  const file = kubeconfig ?? (data === undefined ? undefined : join(data, 'kubeconfig'))
  if (port !== undefined && file !== undefined) refuseForeignKubeconfig(file)
}

function checkControllers(words: readonly string[]): void {
  if (words.every((word) => word === '*')) return
  const known = builtinControllerNames()
  const unknown = unknownControllers(known, words).map((word) => word.replace(/^-/, ''))
  if (unknown.length > 0)
    throw new ControlPlaneOptionError(
      `Cannot run controller ${unknown.map((one) => JSON.stringify(one)).join(', ')}: there is no such controller; there are ${known.join(', ')}`,
    )
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/

/** An address or a name; names do not end in a number. */
function checkHost(host: string, tls = true): void {
  const refuse = (why: string): never => {
    throw new ControlPlaneOptionError(`Cannot listen on ${JSON.stringify(host)}: ${why}`)
  }
  if (isIP(host) === 0 && (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/i.test(host) || /(^|\.)\d+$/.test(host)))
    refuse('it is neither an address of this machine nor a name')
  if (!tls && !LOOPBACK.test(host)) refuse('plain HTTP is served on loopback only, for example 127.0.0.1')
}
