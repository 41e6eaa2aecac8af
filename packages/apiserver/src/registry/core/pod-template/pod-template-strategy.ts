import type { PodTemplate } from '@kubetape/api/types/core/v1'
import { FieldPath } from '@kubetape/apimachinery'
import type { Strategy } from '../../strategy.ts'
import { ageCell, containerCells } from '../../table-cells.ts'
import { defaultPodTemplate } from '../pod/pod-defaults.ts'
import { dropDisabledTemplateFields } from '../pod/pod-fields.ts'
import { validatePodTemplateSpec } from '../pod/pod-validation.ts'
import { podTemplateWarnings } from '../pod/pod-warnings.ts'

const TEMPLATE = FieldPath.of('template')

/** PodTemplates (API reference, v1 PodTemplate). */
export const podTemplateStrategy: Strategy = {
  generation: 'spec',
  default: (draft, { gates }) => defaultPodTemplate(((draft as PodTemplate).template ??= {}), gates),
  prepareForCreate: (draft, { gates }) => dropDisabledTemplateFields((draft as PodTemplate).template, undefined, gates),
  prepareForUpdate: (draft, old, { gates }) =>
    dropDisabledTemplateFields((draft as PodTemplate).template, (old as PodTemplate).template, gates),
  validate: (draft, context) => validatePodTemplateSpec((draft as PodTemplate).template ?? {}, TEMPLATE, undefined, context),
  validateUpdate: (draft, old, context) =>
    validatePodTemplateSpec((draft as PodTemplate).template ?? {}, TEMPLATE, (old as PodTemplate).template, context),
  warnings: (draft, old, context) =>
    podTemplateWarnings((draft as PodTemplate).template ?? {}, (old as PodTemplate | undefined)?.template, 'template', context),
  tableRow: (object, nowMs) => {
    const { metadata, template } = object as Readonly<PodTemplate>
    const labels = Object.entries(template?.metadata?.labels ?? {})
    return [
      metadata.name ?? '',
      ...containerCells(template?.spec),
      labels.length === 0 ? '<none>' : labels.map(([key, value]) => `${key}=${value}`).join(','),
      ageCell(metadata.creationTimestamp, nowMs),
    ]
  },
}
