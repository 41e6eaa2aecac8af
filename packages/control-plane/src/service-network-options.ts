import { isIPv4, isIPv6 } from 'node:net'
import type { ApiserverOptions, PortRange } from '@kubetape/apiserver'
import type { ControlPlaneOptions } from './control-plane.ts'
import { ControlPlaneOptionError } from './option-error.ts'

type ServiceOptions = { readonly [Option in 'serviceClusterIpRange' | 'serviceNodePortRange']?: ControlPlaneOptions[Option] | undefined }

const PORT_MAX = 65_535

/** Throws a ControlPlaneOptionError for ranges of addresses or ports that Services cannot have. */
export function checkServiceNetwork({ serviceClusterIpRange, serviceNodePortRange }: ServiceOptions): void {
  if (serviceClusterIpRange !== undefined) checkRanges(serviceClusterIpRange)
  if (serviceNodePortRange !== undefined) portRangeOf(serviceNodePortRange)
}

/** What the API server is told of Services; checked options are taken as they are. */
export function serviceNetworkOf({
  serviceClusterIpRange,
  serviceNodePortRange,
}: ServiceOptions): NonNullable<ApiserverOptions['services']> {
  return {
    ...(serviceClusterIpRange === undefined ? {} : { clusterIpRange: serviceClusterIpRange }),
    ...(serviceNodePortRange === undefined ? {} : { nodePorts: portRangeOf(serviceNodePortRange) }),
  }
}

/** One range, or with dual stack one of each family (kube-apiserver's reference, `--service-cluster-ip-range`). */
function checkRanges(text: string): void {
  const families = text.split(',').map(familyOf)
  if (families.includes(undefined) || families.length > 2 || new Set(families).size !== families.length)
    throw new ControlPlaneOptionError(
      `Cannot use the range of Service addresses ${JSON.stringify(text)}: it must be a CIDR such as 10.96.0.0/16, or one of IPv4 and one of IPv6 with a comma between`,
    )
}

function familyOf(cidr: string): 4 | 6 | undefined {
  const [, address = '', bits = ''] = /^(.+)\/(\d{1,3})$/.exec(cidr) ?? []
  if (isIPv4(address)) return Number(bits) <= 32 ? 4 : undefined
  return isIPv6(address) && Number(bits) <= 128 ? 6 : undefined
}

/** `first-last` or `first+more`, as kube-apiserver reads `--service-node-port-range`; here there is always one port at least. */
function portRangeOf(text: string): PortRange {
  const [, begin = '', sign, end = ''] = /^(\d{1,5})([-+])(\d{1,5})$/.exec(text) ?? []
  const first = Number(begin)
  const last = sign === '+' ? first + Number(end) : Number(end)
  if (sign === undefined || first < 1 || last < first || last > PORT_MAX)
    throw new ControlPlaneOptionError(
      `Cannot use the range of node ports ${JSON.stringify(text)}: it must be two ports from 1 to ${PORT_MAX}, the lower one first, such as 30000-32767`,
    )
  return { first, last }
}
