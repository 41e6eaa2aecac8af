import type {
  LimitedPriorityLevelConfiguration,
  LimitResponse,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  QueuingConfiguration,
} from '@kubetape/api/types/flowcontrol/v1'
import { type FieldError, FieldPath, forbidden, invalid, notSupported, required } from '@kubetape/apimachinery'
import type { Draft, Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'
import { flowControlStatus, validateFlowControlStatus } from './flow-control-status.ts'
import { validateFixedPriorityLevel } from './mandatory-objects.ts'

const EXEMPT = 'exempt'
const SHARES_DEFAULT = 30
const QUEUING_DEFAULTS = { queues: 64, handSize: 8, queueLengthLimit: 50 } as const
const QUEUES_MAX = 10_000_000
/** A hand is dealt from the bits of one hash; it must not need more of them than these. */
const HASH_BITS_MAX = 60
const PERCENT_MAX = 100

function setDefaults(draft: Draft): void {
  const { metadata, spec } = draft as PriorityLevelConfiguration
  if (spec === undefined) return
  if (spec.type === 'Exempt' && spec.exempt === undefined && metadata?.name === EXEMPT) spec.exempt = {}
  if (spec.exempt !== undefined) {
    spec.exempt.nominalConcurrencyShares ??= 0
    spec.exempt.lendablePercent ??= 0
  }
  if (spec.limited === undefined) return
  const { limited } = spec
  // Zero was no number of shares before v1.
  const isOld = draft.apiVersion !== 'flowcontrol.apiserver.k8s.io/v1'
  const keepsZero = metadata?.annotations?.['flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares'] !== undefined
  if (isOld && !keepsZero && limited.nominalConcurrencyShares === 0) delete limited.nominalConcurrencyShares
  limited.nominalConcurrencyShares ??= SHARES_DEFAULT
  limited.lendablePercent ??= 0
  const queuing = limited.limitResponse?.queuing
  if (queuing === undefined) return
  queuing.queues ||= QUEUING_DEFAULTS.queues
  queuing.handSize ||= QUEUING_DEFAULTS.handSize
  queuing.queueLengthLimit ||= QUEUING_DEFAULTS.queueLengthLimit
}

function validate(draft: Draft): FieldError[] {
  const { metadata, spec } = draft as PriorityLevelConfiguration
  const name = metadata.name ?? ''
  return [...validateSpec(name, spec ?? { type: '' }), ...validateFixedPriorityLevel(name, spec), ...validateFlowControlStatus(draft)]
}

function validateSpec(name: string, { type, limited, exempt }: PriorityLevelConfigurationSpec): FieldError[] {
  const path = FieldPath.of('spec')
  const errors: FieldError[] = []
  if ((name === EXEMPT) !== (type === 'Exempt'))
    errors.push(invalid(path.child('type'), type, "type must be 'Exempt' if and only if name is 'exempt'"))
  switch (type) {
    case 'Exempt':
      if (limited !== undefined) errors.push(forbidden(path.child('limited'), 'must be nil if the type is not Limited'))
      if (exempt !== undefined)
        errors.push(...validateShares(exempt, path.child('exempt')), ...validateLendable(exempt, path.child('exempt')))
      return errors
    case 'Limited':
      if (exempt !== undefined) errors.push(forbidden(path.child('exempt'), 'must be nil if the type is Limited'))
      if (limited === undefined) return [...errors, required(path.child('limited'), 'must not be empty when type is Limited')]
      return [...errors, ...validateLimited(limited, path.child('limited'))]
    default:
      return [...errors, notSupported(path.child('type'), type, ['Exempt', 'Limited'])]
  }
}

interface Shares {
  readonly nominalConcurrencyShares?: number
  readonly lendablePercent?: number
}

function validateShares({ nominalConcurrencyShares: shares = 0 }: Shares, path: FieldPath): FieldError[] {
  return shares < 0 ? [invalid(path.child('nominalConcurrencyShares'), shares, 'must be a non-negative integer')] : []
}

function validateLendable({ lendablePercent: percent = 0 }: Shares, path: FieldPath): FieldError[] {
  return percent < 0 || percent > PERCENT_MAX
    ? [invalid(path.child('lendablePercent'), percent, 'must be between 0 and 100, inclusive')]
    : []
}

function validateLimited(limited: LimitedPriorityLevelConfiguration, path: FieldPath): FieldError[] {
  const { borrowingLimitPercent, limitResponse } = limited
  const errors = [
    ...validateShares(limited, path),
    ...validateLimitResponse(limitResponse ?? { type: '' }, path.child('limitResponse')),
    ...validateLendable(limited, path),
  ]
  if (borrowingLimitPercent !== undefined && borrowingLimitPercent < 0)
    errors.push(invalid(path.child('borrowingLimitPercent'), borrowingLimitPercent, 'if specified, must be a non-negative integer'))
  return errors
}

function validateLimitResponse({ type, queuing }: LimitResponse, path: FieldPath): FieldError[] {
  switch (type) {
    case 'Reject':
      return queuing === undefined ? [] : [forbidden(path.child('queuing'), 'must be nil if limited.limitResponse.type is not Limited')]
    case 'Queue':
      if (queuing === undefined) return [required(path.child('queuing'), 'must not be empty if limited.limitResponse.type is Limited')]
      return validateQueuing(queuing, path.child('queuing'))
    default:
      return [notSupported(path.child('type'), type, ['Queue', 'Reject'])]
  }
}

function validateQueuing({ queues = 0, handSize = 0, queueLengthLimit = 0 }: QueuingConfiguration, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (queueLengthLimit <= 0) errors.push(invalid(path.child('queueLengthLimit'), queueLengthLimit, 'must be positive'))
  if (queues <= 0) errors.push(invalid(path.child('queues'), queues, 'must be positive'))
  else if (queues > QUEUES_MAX) errors.push(invalid(path.child('queues'), queues, `must not be greater than ${QUEUES_MAX}`))
  const hand = path.child('handSize')
  if (handSize <= 0) errors.push(invalid(hand, handSize, 'must be positive'))
  else if (handSize > queues) errors.push(invalid(hand, handSize, `should not be greater than queues (${queues})`))
  else if (Math.ceil(Math.log2(queues) * handSize) > HASH_BITS_MAX)
    errors.push(
      invalid(
        hand,
        handSize,
        `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${HASH_BITS_MAX}`,
      ),
    )
  return errors
}

/** How many requests are served at once (API reference, flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration; KEP-1040). */
export const priorityLevelStrategy: Strategy = {
  default: setDefaults,
  ...flowControlStatus,
  validate,
  validateUpdate: validate,
  tableRow: (object, nowMs) => {
    const { metadata, spec } = object as Readonly<PriorityLevelConfiguration>
    const queuing = spec?.limited?.limitResponse?.queuing
    return [
      metadata.name ?? '',
      spec?.type ?? '',
      spec?.limited?.nominalConcurrencyShares ?? '<none>',
      queuing?.queues ?? '<none>',
      queuing?.handSize ?? '<none>',
      queuing?.queueLengthLimit ?? '<none>',
      ageCell(metadata.creationTimestamp, nowMs),
    ]
  },
}
