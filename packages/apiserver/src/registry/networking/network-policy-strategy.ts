import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec } from '@kubetape/api/types/networking/v1'
import {
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  type LabelSelectorObject,
  notSupported,
  portNameErrors,
  rangeErrors,
  required,
  validateLabelSelector,
} from '@kubetape/apimachinery'
import { goStruct } from '../batch/field-rules.ts'
import type { Draft, Strategy } from '../strategy.ts'
import { ageCell, selectorCell } from '../table-cells.ts'
import { validateIpBlock } from './ip-block.ts'

const SPEC = FieldPath.of('spec')
const PROTOCOLS = ['TCP', 'UDP', 'SCTP']
const TYPES = ['Ingress', 'Egress']
const PORT_MAX = 65535

function defaultNetworkPolicy(draft: Draft): void {
  const spec = ((draft as { spec?: object }).spec ??= {}) as NetworkPolicySpec
  spec.podSelector ??= {}
  for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) for (const port of rule.ports ?? []) port.protocol ??= 'TCP'
  // Every policy says something of what comes in; what goes out is only its business when it has rules for it.
  if ((spec.policyTypes?.length ?? 0) === 0) spec.policyTypes = (spec.egress?.length ?? 0) > 0 ? ['Ingress', 'Egress'] : ['Ingress']
}

function validate(spec: NetworkPolicySpec): FieldError[] {
  const errors = selectorErrors(spec.podSelector, SPEC.child('podSelector'))
  for (const [direction, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    const rules = (spec[direction] ?? []) as readonly {
      ports?: NetworkPolicyPort[]
      from?: NetworkPolicyPeer[]
      to?: NetworkPolicyPeer[]
    }[]
    for (const [at, rule] of rules.entries()) {
      const path = SPEC.child(direction).index(at)
      errors.push(...(rule.ports ?? []).flatMap((port, i) => validatePort(port, path.child('ports').index(i))))
      errors.push(...(rule[peers] ?? []).flatMap((peer, i) => validatePeer(peer, path.child(peers).index(i))))
    }
  }
  const types = spec.policyTypes ?? []
  const path = SPEC.child('policyTypes')
  if (types.length > TYPES.length)
    return [...errors, invalid(path, types, 'may not specify more than two policyTypes', goStruct('[]networking.PolicyType')(types))]
  return [...errors, ...types.flatMap((type, at) => (TYPES.includes(type) ? [] : [notSupported(path.index(at), type, TYPES)]))]
}

function validatePort({ protocol, port, endPort }: NetworkPolicyPort, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (protocol !== undefined && !PROTOCOLS.includes(protocol)) errors.push(notSupported(path.child('protocol'), protocol, PROTOCOLS))
  const end = path.child('endPort')
  if (port === undefined) {
    if (endPort !== undefined) errors.push(invalid(end, endPort, 'may not be specified when `port` is not specified'))
  } else if (typeof port === 'number') {
    errors.push(...rangeErrors(port, 1, PORT_MAX).map((message) => invalid(path.child('port'), port, message)))
    if (endPort !== undefined) {
      if (endPort < port) errors.push(invalid(end, port, 'must be greater than or equal to `port`'))
      errors.push(...rangeErrors(endPort, 1, PORT_MAX).map((message) => invalid(end, endPort, message)))
    }
  } else {
    if (endPort !== undefined) errors.push(invalid(end, endPort, 'may not be specified when `port` is non-numeric'))
    errors.push(...portNameErrors(port).map((message) => invalid(path.child('port'), port, message)))
  }
  return errors
}

function validatePeer({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, path: FieldPath): FieldError[] {
  const errors = [
    ...selectorErrors(podSelector, path.child('podSelector')),
    ...selectorErrors(namespaceSelector, path.child('namespaceSelector')),
    ...(ipBlock === undefined ? [] : validateIpBlock(ipBlock, path.child('ipBlock'))),
  ]
  const selects = podSelector !== undefined || namespaceSelector !== undefined
  if (!selects && ipBlock === undefined) errors.push(required(path, 'must specify a peer'))
  if (selects && ipBlock !== undefined) errors.push(forbidden(path, 'may not specify both ipBlock and another peer'))
  return errors
}

const selectorErrors = (selector: LabelSelectorObject | undefined, path: FieldPath): FieldError[] =>
  selector === undefined ? [] : validateLabelSelector(selector, path)

/** NetworkPolicies (API reference, networking.k8s.io/v1 NetworkPolicy). */
export const networkPolicyStrategy: Strategy = {
  default: defaultNetworkPolicy,
  generation: 'spec',
  validate: (draft) => validate((draft as NetworkPolicy).spec),
  validateUpdate: (draft) => validate((draft as NetworkPolicy).spec),
  tableRow: (object, nowMs) => {
    const { metadata, spec } = object as Readonly<NetworkPolicy>
    return [metadata.name ?? '', selectorCell(spec?.podSelector), ageCell(metadata.creationTimestamp, nowMs)]
  },
}
