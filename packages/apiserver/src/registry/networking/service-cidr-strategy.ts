import type { ServiceCIDR } from '@kubetape/api/types/networking/v1beta1'
import { type FieldError, FieldPath, invalid, parseCidr, required } from '@kubetape/apimachinery'
import { immutable } from '../batch/field-rules.ts'
import type { Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'
import { canonicalCidrError } from './address-errors.ts'

const CIDRS = FieldPath.of('spec').child('cidrs')
const ONE_OF_EACH = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'

function validate({ spec }: Readonly<ServiceCIDR>): FieldError[] {
  const cidrs = spec?.cidrs ?? []
  if (cidrs.length === 0) return [required(CIDRS, 'at least one CIDR required')]
  if (cidrs.length > 2) return [invalid(CIDRS, cidrs, 'may only hold up to 2 values')]
  const families = cidrs.map((text) => parseCidr(text)?.family)
  const sameTwice = cidrs.length === 2 && families[0] !== undefined && families[0] === families[1]
  return [
    ...(sameTwice ? [invalid(CIDRS, cidrs, ONE_OF_EACH)] : []),
    ...cidrs.flatMap((text, at) => {
      const error = canonicalCidrError(text)
      return error === undefined ? [] : [invalid(CIDRS.index(at), text, error)]
    }),
  ]
}

/** ServiceCIDRs (API reference, networking.k8s.io ServiceCIDR; KEP-1880): their ranges never change, and a status that comes with a new one is kept. */
export const serviceCidrStrategy: Strategy = {
  generation: 'none',
  prepareForCreate: () => undefined,
  validate: (draft) => validate(draft as ServiceCIDR),
  tableRow: ({ metadata, ...rest }, nowMs) => {
    const { spec } = rest as Pick<ServiceCIDR, 'spec'>
    return [metadata?.name ?? '', (spec?.cidrs ?? []).join(','), ageCell(metadata?.creationTimestamp, nowMs)]
  },
  validateUpdate: (draft, old) => immutable(CIDRS, (draft as ServiceCIDR).spec?.cidrs, (old as ServiceCIDR).spec?.cidrs),
}
