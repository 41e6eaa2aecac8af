import type { IPAddress } from '@kubetape/api/types/networking/v1beta1'
import { dnsSubdomainErrors, type FieldError, FieldPath, invalid, pathSegmentErrors, required } from '@kubetape/apimachinery'
import { goStruct, immutable } from '../batch/field-rules.ts'
import type { Strategy } from '../strategy.ts'
import { canonicalAddressError } from './address-errors.ts'

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

/** IPAddresses (API reference, networking.k8s.io IPAddress; KEP-1880): named after the address in its one notation, and theirs for good. */
export const ipAddressStrategy: Strategy = {
  generation: 'none',
  nameRule: (name) => {
    const error = canonicalAddressError(name)
    return error === undefined ? [] : [error]
  },
  unconditionalUpdate: true,
  validate: (draft) => validate(draft as IPAddress),
  validateUpdate: (draft, old) =>
    immutable(PARENT, (draft as IPAddress).spec?.parentRef, (old as IPAddress).spec?.parentRef, goStruct('*networking.ParentReference')),
}
