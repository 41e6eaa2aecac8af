import type { LeaseCandidate, LeaseCandidateSpec } from '@kubetape/api/types/coordination/v1alpha1'
import {
  configMapKeyErrors,
  type FieldError,
  FieldPath,
  invalid,
  type KubeObject,
  required,
  validateImmutable,
} from '@kubetape/apimachinery'
import type { Draft, Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'
import { electionStrategyErrors, OLDEST_EMULATION_VERSION } from './lease-election-strategy.ts'

const SPEC = FieldPath.of('spec')
/** Semantic Versioning 2.0.0: three numbers without leading zeros; what follows decides between equal numbers, and here is only checked. */
const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/
const UNKNOWN: Version = [0, 0, 0]

type Version = readonly [major: number, minor: number, patch: number]

function validate(draft: Draft): FieldError[] {
  const { spec } = draft as LeaseCandidate
  const errors: FieldError[] = []
  if (!spec.leaseName) errors.push(required(SPEC.child('leaseName')))
  const emulation = readVersion(spec, 'emulationVersion', errors)
  const binary = readVersion(spec, 'binaryVersion', errors)
  if (spec.binaryVersion && spec.emulationVersion && compare(binary, emulation) < 0) {
    errors.push(invalid(SPEC.child('binaryVersion'), spec.binaryVersion, 'must be greater than or equal to `emulationVersion`'))
  }
  for (const [i, strategy] of (spec.preferredStrategies ?? []).entries()) {
    if (strategy === OLDEST_EMULATION_VERSION) {
      const detail = `must be specified when \`strategy\` is '${OLDEST_EMULATION_VERSION}'`
      if (compare(binary, UNKNOWN) === 0) errors.push(required(SPEC.child('binaryVersion'), detail))
      if (compare(emulation, UNKNOWN) === 0) errors.push(required(SPEC.child('emulationVersion'), detail))
    }
    errors.push(...electionStrategyErrors(strategy, SPEC.child('preferredStrategies').index(i)))
  }
  return errors
}

function readVersion(spec: LeaseCandidateSpec, field: 'binaryVersion' | 'emulationVersion', errors: FieldError[]): Version {
  const text = spec[field]
  if (!text) return UNKNOWN
  const match = VERSION.exec(text)
  if (match !== null) return [Number(match[1]), Number(match[2]), Number(match[3])]
  errors.push(invalid(SPEC.child(field), text, 'must be a valid semantic version'))
  return UNKNOWN
}

const compare = (a: Version, b: Version): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]

function validateUpdate(draft: Draft, old: Readonly<KubeObject>): FieldError[] {
  const path = SPEC.child('leaseName')
  return [
    ...validate(draft),
    ...validateImmutable((draft as LeaseCandidate).spec.leaseName, (old as Readonly<LeaseCandidate>).spec.leaseName, path),
  ]
}

/** Candidates for a Lease (KEP-4355; API reference, coordination.k8s.io/v1alpha1 LeaseCandidate). */
export const leaseCandidateStrategy: Strategy = {
  default: (draft) => {
    const candidate = draft as LeaseCandidate
    candidate.spec ??= { leaseName: '', preferredStrategies: [] }
  },
  validate,
  validateUpdate,
  generation: 'none',
  nameRule: (name) => configMapKeyErrors(name),
  createOnUpdate: true,
  unconditionalUpdate: false,
  tableRow: (object, nowMs) => {
    const { metadata, spec } = object as Readonly<LeaseCandidate>
    return [
      metadata.name ?? '',
      spec.leaseName,
      spec.binaryVersion ?? '',
      spec.emulationVersion ?? '',
      ageCell(metadata.creationTimestamp, nowMs),
    ]
  },
}
