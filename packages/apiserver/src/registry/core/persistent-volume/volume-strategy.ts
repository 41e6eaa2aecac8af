import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import { cloneJson, formatTime } from '@kubetape/apimachinery'
import { keepStatus } from '../../status-draft.ts'
import type { Draft, Strategy, StrategyContext, UpdateStrategy } from '../../strategy.ts'
import { settleTransitionTime } from './volume-phase-time.ts'
import { volumeRow } from './volume-table.ts'
import { validateVolume, validateVolumeStatusUpdate, validateVolumeUpdate } from './volume-validation.ts'
import { volumeWarnings } from './volume-warnings.ts'

function defaultVolume(draft: Draft): void {
  const volume = draft as PersistentVolume
  const spec = (volume.spec ??= {})
  spec.persistentVolumeReclaimPolicy ||= 'Retain'
  spec.volumeMode ??= 'Filesystem'
  if (spec.hostPath) spec.hostPath.type ??= ''
  const status = (volume.status ??= {})
  status.phase ||= 'Pending'
}

/** Without its gate a class goes, unless the stored volume has one. */
function dropAttributesClass(draft: Draft, old: Readonly<PersistentVolume> | undefined, { gates }: StrategyContext): void {
  if (!gates.enabled('VolumeAttributesClass') && old?.spec?.volumeAttributesClassName === undefined)
    delete (draft as PersistentVolume).spec?.volumeAttributesClassName
}

const status: UpdateStrategy = {
  default: defaultVolume,
  prepareForUpdate: (draft, stored, { gates, nowMs }) => {
    const volume = draft as PersistentVolume
    const old = stored as Readonly<PersistentVolume>
    volume.spec = cloneJson(old.spec ?? {})
    const now = (volume.status ??= {})
    const before = old.status ?? {}
    if (gates.enabled('PersistentVolumeLastPhaseTransitionTime')) settleTransitionTime(now, before, nowMs)
    else if (!before.lastPhaseTransitionTime) delete now.lastPhaseTransitionTime
  },
  validateUpdate: validateVolumeStatusUpdate,
}

/** PersistentVolumes (API reference, v1 PersistentVolume). */
export const volumeStrategy: Strategy = {
  metadataOnUpdate: 'own',
  default: defaultVolume,
  prepareForCreate: (draft, context) => {
    const time = context.gates.enabled('PersistentVolumeLastPhaseTransitionTime')
      ? { lastPhaseTransitionTime: formatTime(context.nowMs) }
      : {}
    draft['status'] = { phase: 'Pending', ...time }
    dropAttributesClass(draft, undefined, context)
  },
  prepareForUpdate: (draft, old, context) => {
    keepStatus(draft, old)
    dropAttributesClass(draft, old as Readonly<PersistentVolume>, context)
  },
  validate: validateVolume,
  validateUpdate: validateVolumeUpdate,
  warnings: volumeWarnings,
  subresources: { status },
  generation: 'none',
  returnsDeleted: true,
  tableRow: volumeRow,
}
