import type { Lease } from '@kubetape/api/types/coordination/v1'
import { type FieldError, FieldPath, forbidden, invalid, type KubeObject } from '@kubetape/apimachinery'
import type { Draft, Strategy, StrategyContext } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'
import { electionStrategyErrors } from './lease-election-strategy.ts'

const SPEC = FieldPath.of('spec')

function validate(draft: Draft): FieldError[] {
  const { leaseDurationSeconds, leaseTransitions, strategy, preferredHolder } = (draft as Lease).spec ?? {}
  const errors: FieldError[] = []
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0)
    errors.push(invalid(SPEC.child('leaseDurationSeconds'), leaseDurationSeconds, 'must be greater than 0'))
  if (leaseTransitions !== undefined && leaseTransitions < 0)
    errors.push(invalid(SPEC.child('leaseTransitions'), leaseTransitions, 'must be greater than or equal to 0'))
  if (strategy !== undefined) errors.push(...electionStrategyErrors(strategy, SPEC.child('strategy')))
  if (preferredHolder && !strategy) errors.push(forbidden(SPEC.child('preferredHolder'), 'may only be specified if `strategy` is defined'))
  return errors
}

/** The fields of coordinated leader election go unless the gate is on or the Lease has them already. */
function dropElectionFields(draft: Draft, old: Readonly<Lease> | undefined, { gates }: StrategyContext): void {
  const { spec } = draft as Lease
  if (spec === undefined || gates.enabled('CoordinatedLeaderElection')) return
  for (const field of ['strategy', 'preferredHolder'] as const) if (old?.spec?.[field] === undefined) delete spec[field]
}

/** Leases (API reference, coordination.k8s.io/v1 Lease). A PUT makes one, but only a PUT that names the version it has seen changes one. */
export const leaseStrategy: Strategy = {
  prepareForCreate: (draft, context) => dropElectionFields(draft, undefined, context),
  prepareForUpdate: (draft, old: Readonly<KubeObject>, context) => dropElectionFields(draft, old as Readonly<Lease>, context),
  validate,
  validateUpdate: validate,
  generation: 'none',
  createOnUpdate: true,
  unconditionalUpdate: false,
  tableRow: (object, nowMs) => {
    const { metadata, spec } = object as Readonly<Lease>
    return [metadata?.name ?? '', spec?.holderIdentity ?? '', ageCell(metadata?.creationTimestamp, nowMs)]
  },
}
