import type { Node } from '@kubetape/api/types/core/v1'
import { duplicate, type FieldError, FieldPath, forbidden, invalid, type KubeObject, quantityOf } from '@kubetape/apimachinery'
import type { Draft } from '../../strategy.ts'
import { isExtended } from '../pod/resource-requirements.ts'
import { validatePodCidrs } from './pod-cidr-validation.ts'
import { validateTaints } from './taint-validation.ts'

const SPEC = FieldPath.of('spec')
const STATUS = FieldPath.of('status')
/** Upstream looks for taints under metadata. */
const TAINTS = FieldPath.of('metadata').child('taints')
const POD_CIDRS = SPEC.child('podCIDRs')

/** Resources that are counted: half of one is no amount. */
const COUNTED = new Set([
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
])

/** What a new Node may be; metadata has been checked before. */
export function validateNode(draft: Draft): FieldError[] {
  const { spec, status } = draft as Node
  return [...validateTaints(spec.taints ?? [], TAINTS), ...validateAmounts(status), ...validatePodCidrs(spec.podCIDRs ?? [], POD_CIDRS)]
}

/** What a Node may become. It is checked as a new one first, then as a change, so some errors have two causes in the answer, as upstream. */
export function validateNodeUpdate(draft: Draft, stored: Readonly<KubeObject>): FieldError[] {
  return [...validateNode(draft), ...validateNodeChange(draft, stored)]
}

/** What may change in a Node and its status: ranges and provider are given once. */
export function validateNodeChange(draft: Draft, stored: Readonly<KubeObject>): FieldError[] {
  const { spec, status } = draft as Node
  const old = (stored as Readonly<Node>).spec ?? {}
  const errors = [
    ...validateAmounts(status),
    ...validateAddresses(status),
    ...validateRangesChange(spec.podCIDRs ?? [], old.podCIDRs ?? []),
  ]
  if (old.providerID && old.providerID !== spec.providerID) {
    errors.push(forbidden(SPEC.child('providerID'), 'node updates may not change providerID except from "" to valid'))
  }
  errors.push(...validateTaints(spec.taints ?? [], TAINTS))
  if ((spec.externalID ?? '') !== (old.externalID ?? '')) errors.push(forbidden(SPEC.child('externalID'), 'may not be updated'))
  return errors
}

function validateAmounts(status: Node['status']): FieldError[] {
  const errors: FieldError[] = []
  for (const field of ['capacity', 'allocatable'] as const) {
    for (const [name, text] of Object.entries(status?.[field] ?? {})) {
      const path = STATUS.child(field, name)
      const amount = quantityOf(text)
      if (amount.sign < 0) errors.push(invalid(path, String(amount), 'must be greater than or equal to 0'))
      // Upstream prints the amount as a struct.
      if ((COUNTED.has(name) || isExtended(name)) && amount.milliValue() % 1000n !== 0n)
        errors.push(invalid(path, text, 'must be an integer', `{${text}}`))
    }
  }
  return errors
}

function validateAddresses(status: Node['status']): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [i, address] of (status?.addresses ?? []).entries()) {
    const identity = JSON.stringify([address.type, address.address])
    if (seen.has(identity)) errors.push(duplicate(STATUS.child('addresses').index(i), address))
    seen.add(identity)
  }
  return errors
}

function validateRangesChange(cidrs: readonly string[], old: readonly string[]): FieldError[] {
  if (old.length === 0) return []
  const refusal = forbidden(POD_CIDRS, 'node updates may not change podCIDR except from "" to valid')
  if (cidrs.length !== old.length) return [refusal]
  return old.filter((cidr, i) => cidr !== cidrs[i]).map(() => refusal)
}
