import type { VolumeAttachment, VolumeAttachmentSource, VolumeAttachmentStatus, VolumeError } from '@kubetape/api/types/storage/v1'
import {
  cloneJson,
  dnsSubdomainErrors,
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  type KubeObject,
  required,
  tooLong,
} from '@kubetape/apimachinery'
import { goStruct, sameFields } from '../batch/field-rules.ts'
import { checkRule } from '../core/pod/field-rule.ts'
import { validateCsiDriverName } from '../core/pod/network-volume-validation.ts'
import { validateInlineVolumeSpec } from '../core/persistent-volume/volume-spec-validation.ts'
import { keepStatus } from '../status-draft.ts'
import type { Draft, Strategy, UpdateStrategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'
import { validateMetadata } from './whole-metadata.ts'

const SPEC = FieldPath.of('spec')
const STATUS = FieldPath.of('status')
const METADATA_BYTES_MAX = 256 * 1024
const MESSAGE_BYTES_MAX = 1024
const ONE_OF = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'
/** Metadata that a write of the status leaves as it was. */
const KEPT = ['deletionTimestamp', 'generation', 'labels', 'annotations', 'finalizers', 'ownerReferences'] as const

function defaultAttachment(draft: Draft): void {
  const inline = (draft as VolumeAttachment).spec?.source?.inlineVolumeSpec
  if (inline?.hostPath) inline.hostPath.type ??= ''
}

function validateWhole(draft: Draft): FieldError[] {
  const { spec, status = {} } = draft as VolumeAttachment
  const { attacher = '', source = {}, nodeName = '' } = spec ?? {}
  return [
    ...(attacher === '' ? [required(SPEC.child('attacher'))] : []),
    ...validateSource(source, SPEC.child('source')),
    ...checkRule(SPEC.child('nodeName'), nodeName, dnsSubdomainErrors),
    ...validateStatus(status),
  ]
}

function validateSource({ inlineVolumeSpec: inline, persistentVolumeName: name }: VolumeAttachmentSource, path: FieldPath): FieldError[] {
  if (name === undefined) return inline ? validateInlineVolumeSpec(inline, path.child('inlineVolumeSpec')) : [required(path, ONE_OF)]
  if (inline) return [forbidden(path, ONE_OF)]
  return name === '' ? [required(path.child('persistentVolumeName'), 'must specify non empty persistentVolumeName')] : []
}

function validateStatus({ attachmentMetadata, attachError, detachError }: Partial<VolumeAttachmentStatus>): FieldError[] {
  let bytes = 0
  for (const [key, value] of Object.entries(attachmentMetadata ?? {})) bytes += Buffer.byteLength(key) + Buffer.byteLength(value)
  return [
    ...(bytes > METADATA_BYTES_MAX ? [tooLong(STATUS.child('attachmentMetadata'), METADATA_BYTES_MAX)] : []),
    ...validateError(attachError, STATUS.child('attachError')),
    ...validateError(detachError, STATUS.child('detachError')),
  ]
}

/** Upstream says the limit of the metadata where that of messages is passed. */
function validateError(error: VolumeError | undefined, path: FieldPath): FieldError[] {
  return Buffer.byteLength(error?.message ?? '') > MESSAGE_BYTES_MAX ? [tooLong(path.child('message'), METADATA_BYTES_MAX)] : []
}

/** New attachments are judged a little harder than those of old versions were. */
function validate(draft: Draft): FieldError[] {
  const { attacher = '', source } = (draft as VolumeAttachment).spec ?? {}
  const name = source?.persistentVolumeName
  return [
    ...validateWhole(draft),
    ...validateCsiDriverName(attacher, SPEC.child('attacher')),
    ...(name === undefined ? [] : checkRule(SPEC.child('source', 'persistentVolumeName'), name, dnsSubdomainErrors)),
  ]
}

/** What is attached where never changes. Upstream judges all of the attachment twice, its status too. */
function validateUpdate(draft: Draft, stored: Readonly<KubeObject>): FieldError[] {
  const { spec } = draft as VolumeAttachment
  const whole = [...validateMetadata(draft), ...validateWhole(draft)]
  const isSame = sameFields(spec, (stored as Readonly<VolumeAttachment>).spec)
  const printed = goStruct('storage.VolumeAttachmentSpec')(spec)
  return [...whole, ...whole, ...(isSame ? [] : [invalid(SPEC, spec, 'field is immutable', printed)])]
}

const status: UpdateStrategy = {
  default: defaultAttachment,
  prepareForUpdate: (draft, old) => {
    draft['spec'] = cloneJson(old['spec'])
    const metadata = draft.metadata!
    for (const field of KEPT) {
      if (old.metadata?.[field] === undefined) delete metadata[field]
      else Object.assign(metadata, { [field]: cloneJson(old.metadata[field]) })
    }
  },
  validateUpdate,
}

/** VolumeAttachments (API reference, storage.k8s.io/v1 VolumeAttachment). */
export const volumeAttachmentStrategy: Strategy = {
  metadataOnUpdate: 'own',
  default: defaultAttachment,
  prepareForCreate: (draft) => {
    draft['status'] = { attached: false }
  },
  prepareForUpdate: keepStatus,
  validate,
  validateUpdate,
  subresources: { status },
  generation: 'none',
  unconditionalUpdate: false,
  returnsDeleted: true,
  tableRow: (object, nowMs) => {
    const { metadata, spec, status: now } = object as Readonly<VolumeAttachment>
    return [
      metadata.name ?? '',
      spec.attacher,
      spec.source.persistentVolumeName ?? '',
      spec.nodeName,
      now?.attached ?? false,
      ageCell(metadata.creationTimestamp, nowMs),
    ]
  },
}
