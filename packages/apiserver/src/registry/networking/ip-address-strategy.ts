import type { IPAddress } from '@kubetape/api/types/networking/v1beta1'
import { dnsSubdomainErrors, type FieldError, FieldPath, invalid, pathSegmentErrors, required } from '@kubetape/apimachinery'
import { immutable } from '../batch/field-rules.ts'
import type { Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'
import { canonicalAddressError } from './address-errors.ts'

type Parent = NonNullable<NonNullable<IPAddress['spec']>['parentRef']>

const PARENT = FieldPath.of('spec').child('parentRef')

function validate({ spec }: Readonly<IPAddress>): FieldError[] {
  const parent = spec?.parentRef
  if (parent === undefined || parent === null) return [required(PARENT)]
  const { group, resource, name, namespace } = parent
  return [
    ...(group ? dnsSubdomainErrors(group).map((message) => invalid(PARENT.child('group'), group, message)) : []),
    ...(resource ? segment(PARENT.child('resource'), resource) : [required(PARENT.child('resource'))]),
    ...(name ? segment(PARENT.child('name'), name) : [required(PARENT.child('name'))]),
    ...(namespace ? segment(PARENT.child('namespace'), namespace) : []),
  ]
}

const segment = (path: FieldPath, value: string): FieldError[] => pathSegmentErrors(value).map((message) => invalid(path, value, message))

/** As upstream prints the structure. */
const printParent = ({ group = '', resource = '', namespace = '', name = '' }: Parent): string =>
  `networking.ParentReference{Group:${JSON.stringify(group)}, Resource:${JSON.stringify(resource)}, Namespace:${JSON.stringify(namespace)}, Name:${JSON.stringify(name)}}`

/** `services/<namespace>/<name>`, `gateways.<group>/<name>`. */
function parentText(parent: Parent | undefined): string {
  if (parent === undefined) return '<none>'
  const { group, resource = '', namespace, name = '' } = parent
  return [group ? `${resource}.${group}` : resource, ...(namespace ? [namespace] : []), name].join('/')
}

/** IPAddresses (API reference, networking.k8s.io IPAddress; KEP-1880): named after the address in its one notation, and theirs for good. */
export const ipAddressStrategy: Strategy = {
  generation: 'none',
  nameRule: (name) => {
    const error = canonicalAddressError(name)
    return error === undefined ? [] : [error]
  },
  unconditionalUpdate: true,
  // Upstream gives them a cell that no column is for.
  tableRow: (object, nowMs) => {
    const { metadata, spec } = object as Readonly<IPAddress>
    return [metadata.name ?? '', parentText(spec?.parentRef), ageCell(metadata.creationTimestamp, nowMs)]
  },
  validate: (draft) => validate(draft as IPAddress),
  validateUpdate: (draft, old) => {
    const [address, before] = [draft as IPAddress, old as Readonly<IPAddress>]
    return [...validate(address), ...immutable(PARENT, address.spec?.parentRef, before.spec?.parentRef, printParent)]
  },
}
