import { FieldPath, type KubeObject } from '@kubetape/apimachinery'
import type { PersistentVolume, PersistentVolumeSpec } from '@kubetape/api/types/core/v1'
import { CLASS_ANNOTATION, CLASS_ANNOTATION_NOTE } from '../class-annotation.ts'
import { nodeTermWarnings } from '../pod/node-label-warnings.ts'
import { warningAt } from '../pod/path-warning.ts'

const SPEC = FieldPath.of('spec')
/** Types of storage that are on their way out, or gone (v1.31), as warnings print them. */
const DEPRECATED: readonly (readonly [keyof PersistentVolumeSpec, string, string])[] = [
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
]

/** What a client is told about a volume that is valid but old-fashioned. */
export function volumeWarnings(object: Readonly<KubeObject>): string[] {
  const { metadata, spec = {} } = object as Readonly<PersistentVolume>
  const warnings: string[] = []
  if (metadata.annotations?.[CLASS_ANNOTATION] !== undefined)
    warnings.push(warningAt(FieldPath.of('metadata').child('annotations').key(CLASS_ANNOTATION), CLASS_ANNOTATION_NOTE))
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') {
    warnings.push(
      warningAt(
        SPEC.child('persistentVolumeReclaimPolicy'),
        'The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
      ),
    )
  }
  const terms = SPEC.child('nodeAffinity', 'required', 'nodeSelectorTerms')
  for (const [at, term] of (spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).entries())
    warnings.push(...nodeTermWarnings(term, terms.index(at)))
  for (const [field, printed, message] of DEPRECATED) if (spec[field]) warnings.push(warningAt(SPEC.child(printed), message))
  return warnings
}
