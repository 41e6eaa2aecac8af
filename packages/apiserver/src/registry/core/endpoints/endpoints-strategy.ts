import type { EndpointAddress, EndpointPort, Endpoints, EndpointSubset } from '@kubetape/api/types/core/v1'
import { type FieldError, FieldPath, notSupported, portNumberErrors, repackSubsets, required } from '@kubetape/apimachinery'
import { endpointsRow } from '../../discovery/backend-rows.ts'
import { sameFields } from '../../batch/field-rules.ts'
import { backendAddressErrors, isOfApiServer } from '../../discovery/backend-address.ts'
import type { Strategy } from '../../strategy.ts'
import { checkDnsLabel, checkQualifiedName, checkRule, checkSubdomain } from '../pod/field-rule.ts'
import { checkIp } from '../pod/ip-rule.ts'

const SUBSETS = FieldPath.of('subsets')
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

function validate(endpoints: Readonly<Endpoints>): FieldError[] {
  const mayBeSpecial = isOfApiServer(endpoints)
  return (endpoints.subsets ?? []).flatMap((subset, at) => validateSubset(subset, mayBeSpecial, SUBSETS.index(at)))
}

function validateSubset({ addresses, notReadyAddresses, ports }: EndpointSubset, mayBeSpecial: boolean, path: FieldPath): FieldError[] {
  const isEmpty = !addresses?.length && !notReadyAddresses?.length
  return [
    ...(isEmpty ? [required(path, 'must specify `addresses` or `notReadyAddresses`')] : []),
    ...(addresses ?? []).flatMap((one, at) => validateAddress(one, mayBeSpecial, path.child('addresses').index(at))),
    ...(notReadyAddresses ?? []).flatMap((one, at) => validateAddress(one, mayBeSpecial, path.child('notReadyAddresses').index(at))),
    ...(ports ?? []).flatMap((one, at, all) => validatePort(one, all.length > 1, path.child('ports').index(at))),
  ]
}

function validateAddress({ ip = '', hostname, nodeName }: Partial<EndpointAddress>, mayBeSpecial: boolean, path: FieldPath): FieldError[] {
  return [
    ...checkIp(path.child('ip'), ip),
    ...(hostname ? checkDnsLabel(path.child('hostname'), hostname) : []),
    ...(nodeName === undefined || nodeName === null ? [] : checkSubdomain(path.child('nodeName'), nodeName)),
    // Upstream says twice of what is no address that it is none, in two ways.
    ...backendAddressErrors(path.child('ip'), ip, mayBeSpecial),
  ]
}

function validatePort({ name, port, protocol, appProtocol }: EndpointPort, needsName: boolean, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (name) errors.push(...checkDnsLabel(path.child('name'), name))
  else if (needsName) errors.push(required(path.child('name')))
  errors.push(...checkRule(path.child('port'), port ?? 0, portNumberErrors))
  if (!protocol) errors.push(required(path.child('protocol')))
  else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(path.child('protocol'), protocol, PROTOCOLS))
  if (appProtocol !== undefined && appProtocol !== null) errors.push(...checkQualifiedName(path.child('appProtocol'), appProtocol))
  return errors
}

/** Endpoints (API reference, core/v1 Endpoints): kept in canonical form, made by a PUT too. */
export const endpointsStrategy: Strategy = {
  generation: 'none',
  metadataOnUpdate: 'whole',
  createOnUpdate: true,
  default: (draft) => {
    for (const { ports } of (draft as Endpoints).subsets ?? []) for (const port of ports ?? []) port.protocol ??= 'TCP'
  },
  tableRow: endpointsRow,
  validate: (draft) => validate(draft as Endpoints),
  // What older versions found valid stays so, as long as it is left alone.
  validateUpdate: (draft, old) => {
    const [now, before] = [draft as Endpoints, old as Readonly<Endpoints>]
    return sameFields(now.subsets, before.subsets) ? [] : validate(now)
  },
  canonicalize: (draft) => {
    const endpoints = draft as Endpoints
    if (endpoints.subsets?.length) endpoints.subsets = repackSubsets(endpoints.subsets)
  },
}
