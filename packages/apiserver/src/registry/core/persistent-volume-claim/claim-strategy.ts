import type { PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { cloneJson, FieldPath, type KubeObject, quantityOf } from '@kubetape/apimachinery'
import { keepStatus } from '../../status-draft.ts'
import type { Draft, Strategy, StrategyContext, UpdateStrategy } from '../../strategy.ts'
import { CLASS_ANNOTATION, CLASS_ANNOTATION_NOTE } from '../class-annotation.ts'
import { warningAt } from '../pod/path-warning.ts'
import { validateClaimSpec } from './claim-spec-validation.ts'
import { validateClaimStatusUpdate } from './claim-status-validation.ts'
import { claimRow } from './claim-table.ts'
import { validateClaimUpdate } from './claim-update-validation.ts'
import { alignSources, dropDisabledSources } from './data-sources.ts'

type Claim = PersistentVolumeClaim
type Stored = Readonly<Claim> | undefined

function defaultClaim(draft: Draft): void {
  const claim = draft as Claim
  const spec = (claim.spec ??= {})
  spec.volumeMode ??= 'Filesystem'
  const status = (claim.status ??= {})
  status.phase ||= 'Pending'
}

/** Fields behind gates go, unless the stored claim uses them; what the claim is filled from is said in both fields. */
function prepareSpec(draft: Draft, old: Stored, { gates }: StrategyContext): void {
  const { spec } = draft as Claim
  if (spec === undefined) return
  if (!gates.enabled('VolumeAttributesClass') && old?.spec?.volumeAttributesClassName === undefined) delete spec.volumeAttributesClassName
  dropDisabledSources(spec, old?.spec, gates)
  alignSources(spec, old?.spec, gates)
}

const status: UpdateStrategy = {
  default: defaultClaim,
  prepareForUpdate: (draft, stored, { gates }) => {
    const claim = draft as Claim
    const old = stored as Readonly<Claim>
    claim.spec = cloneJson(old.spec ?? {})
    const now = (claim.status ??= {})
    if (!gates.enabled('VolumeAttributesClass')) {
      if (old.status?.currentVolumeAttributesClassName === undefined) delete now.currentVolumeAttributesClassName
      if (old.status?.modifyVolumeStatus === undefined) delete now.modifyVolumeStatus
    }
    if (!gates.enabled('RecoverVolumeExpansionFailure')) {
      if (old.status?.allocatedResources === undefined) delete now.allocatedResources
      if (old.status?.allocatedResourceStatuses === undefined) delete now.allocatedResourceStatuses
    }
  },
  validateUpdate: validateClaimStatusUpdate,
}

/** What a client is told about a claim that is valid but odd: an annotation that became a field, fractions of bytes. */
function warnings(object: Readonly<KubeObject>): string[] {
  const { metadata, spec } = object as Readonly<Claim>
  const warned: string[] = []
  if (metadata.annotations?.[CLASS_ANNOTATION] !== undefined)
    warned.push(warningAt(FieldPath.of('metadata').child('annotations').key(CLASS_ANNOTATION), CLASS_ANNOTATION_NOTE))
  for (const part of ['requests', 'limits'] as const) {
    const quantity = quantityOf(spec?.resources?.[part]?.['storage'] ?? '0')
    if (quantity.milliValue() % 1000n === 0n) continue
    const path = FieldPath.of('spec').child('resources', part).key('storage')
    warned.push(warningAt(path, `fractional byte value ${JSON.stringify(String(quantity))} is invalid, must be an integer`))
  }
  return warned
}

/** PersistentVolumeClaims (API reference, v1 PersistentVolumeClaim). */
export const claimStrategy: Strategy = {
  metadataOnUpdate: 'own',
  default: defaultClaim,
  prepareForCreate: (draft, context) => {
    draft['status'] = { phase: 'Pending' }
    prepareSpec(draft, undefined, context)
  },
  prepareForUpdate: (draft, old, context) => {
    keepStatus(draft, old)
    prepareSpec(draft, old as Readonly<Claim>, context)
  },
  validate: (draft, { gates }) =>
    validateClaimSpec((draft as Claim).spec ?? {}, FieldPath.of('spec'), { judgesAttributesClass: gates.enabled('VolumeAttributesClass') }),
  validateUpdate: validateClaimUpdate,
  warnings,
  subresources: { status },
  generation: 'none',
  returnsDeleted: true,
  tableRow: claimRow,
}
