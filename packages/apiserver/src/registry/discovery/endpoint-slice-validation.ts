import type { Endpoint, EndpointPort, EndpointSlice } from '@kubetape/api/types/discovery/v1'
import {
  dnsLabelErrors,
  dnsSubdomainErrors,
  duplicate,
  type FieldError,
  FieldPath,
  invalid,
  labelValueErrors,
  notSupported,
  required,
  tooMany,
} from '@kubetape/apimachinery'
import { checkDnsLabel, checkQualifiedName, checkRule, checkSubdomain } from '../core/pod/field-rule.ts'
import { ipFamily } from '../core/pod/ip-rule.ts'
import { backendAddressErrors, isOfApiServer } from './backend-address.ts'

export const ADDRESS_TYPE = FieldPath.of('addressType')
const ENDPOINTS = FieldPath.of('endpoints')
const PORTS = FieldPath.of('ports')
const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
/** Limits of the API reference; of ports the reference says 100, the server takes more. */
const ENDPOINTS_MAX = 1000
const ADDRESSES_MAX = 100
const PORTS_MAX = 20_000
const ZONE_HINTS_MAX = 8

/** What is wrong with a slice, apart from its metadata. */
export function validate(slice: Readonly<EndpointSlice>): FieldError[] {
  const { addressType, endpoints, ports } = slice
  const mayBeSpecial = isOfApiServer(slice)
  return [
    ...validateAddressType(addressType),
    ...limited(endpoints, ENDPOINTS_MAX, ENDPOINTS, (one, path) => validateEndpoint(one, addressType, mayBeSpecial, path)),
    ...validatePorts(ports ?? []),
  ]
}

function validateAddressType(type: string | undefined): FieldError[] {
  if (!type) return [required(ADDRESS_TYPE)]
  return ADDRESS_TYPES.includes(type) ? [] : [notSupported(ADDRESS_TYPE, type, ADDRESS_TYPES)]
}

function validateEndpoint(
  { addresses, nodeName, hostname, hints }: Endpoint,
  type: string,
  mayBeSpecial: boolean,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = []
  const list = path.child('addresses')
  if (!addresses?.length) errors.push(required(list, 'must contain at least 1 address'))
  else if (addresses.length > ADDRESSES_MAX) errors.push(tooMany(list, addresses.length, ADDRESSES_MAX))
  for (const [at, address] of (addresses ?? []).entries()) errors.push(...validateAddress(address, type, mayBeSpecial, list.index(at)))
  if (isSet(nodeName)) errors.push(...checkSubdomain(path.child('nodeName'), nodeName))
  if (isSet(hostname)) errors.push(...checkDnsLabel(path.child('hostname'), hostname))
  if (isSet(hints)) errors.push(...validateZones(hints.forZones ?? [], path.child('hints').child('forZones')))
  return errors
}

function validateAddress(address: string, type: string, mayBeSpecial: boolean, path: FieldPath): FieldError[] {
  if (type === 'FQDN') return validateDomain(address, path)
  if (type !== 'IPv4' && type !== 'IPv6') return []
  return [
    ...(`IPv${ipFamily(address)}` === type ? [] : [invalid(path, address, `must be a valid ${type} address`)]),
    ...backendAddressErrors(path, address, mayBeSpecial),
  ]
}

/** A host name of two labels or more; a dot at its end says nothing. */
function validateDomain(text: string, path: FieldPath): FieldError[] {
  if (text === '') return [required(path)]
  const name = text.replace(/\.$/, '')
  const problems = dnsSubdomainErrors(name)
  if (problems.length > 0) return [invalid(path, name, problems.join(','))]
  const labels = name.split('.')
  if (labels.length < 2) return [invalid(path, name, 'should be a domain with at least two segments separated by dots')]
  return labels.flatMap((label) => {
    const wrong = dnsLabelErrors(label)
    return wrong.length > 0 ? [invalid(path, label, wrong.join(','))] : []
  })
}

function validateZones(zones: readonly { readonly name: string }[], path: FieldPath): FieldError[] {
  const names = new Set<string>()
  return limited(zones, ZONE_HINTS_MAX, path, ({ name }, zonePath) => {
    const isKnown = names.has(name)
    names.add(name)
    const field = zonePath.child('name')
    return [...(isKnown ? [duplicate(field, name)] : []), ...checkRule(field, name, labelValueErrors)]
  })
}

function validatePorts(ports: readonly EndpointPort[]): FieldError[] {
  const names = new Set<string>()
  return limited(ports, PORTS_MAX, PORTS, ({ name = '', protocol = 'TCP', appProtocol }, path) => {
    const errors = name === '' ? [] : checkDnsLabel(path.child('name'), name)
    if (names.has(name)) errors.push(duplicate(path.child('name'), name))
    names.add(name)
    if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(path.child('protocol'), protocol, PROTOCOLS))
    if (isSet(appProtocol)) errors.push(...checkQualifiedName(path.child('appProtocol'), appProtocol))
    return errors
  })
}

/** What `judge` says of each; of a list that is too long only that. */
function limited<T>(
  list: readonly T[] | undefined,
  max: number,
  path: FieldPath,
  judge: (one: T, path: FieldPath) => FieldError[],
): FieldError[] {
  const all = list ?? []
  return all.length > max ? [tooMany(path, all.length, max)] : all.flatMap((one, at) => judge(one, path.index(at)))
}

const isSet = <T>(value: T | null | undefined): value is T => value !== undefined && value !== null
