import { type FieldError, type FieldPath, forbidden, invalid, notSupported, quantityOf, required } from '@kubetape/apimachinery'
import type {
  ConfigMapVolumeSource,
  DownwardAPIVolumeFile,
  DownwardAPIVolumeSource,
  EmptyDirVolumeSource,
  GitRepoVolumeSource,
  HostPathVolumeSource,
  ImageVolumeSource,
  KeyToPath,
  SecretVolumeSource,
} from '@kubetape/api/types/core/v1'
import { validateChoice } from './container-validation.ts'
import { validateFieldRef } from './env-validation.ts'
import { checkDescendingPath, checkFileMode, checkLocalPath, checkNoBacksteps } from './file-path-rule.ts'
import { validateResourceFieldRef } from './resource-field-ref.ts'
import type { PodValidationOptions } from './validation-options.ts'

/** Volumes that need no driver: folders of the node, and files made of API objects (API reference, Volume). */

const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']
/** Fields of a Pod that a file may show. */
const FILE_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid']

/** `emptyDir`: the limit is not negative. */
export function validateEmptyDir(source: EmptyDirVolumeSource, path: FieldPath): FieldError[] {
  const negative = source.sizeLimit !== undefined && quantityOf(source.sizeLimit).sign < 0
  return negative ? [forbidden(path.child('sizeLimit'), 'SizeLimit field must be a valid resource quantity')] : []
}

/** `hostPath`, of Pods and PersistentVolumes. */
export function validateHostPath(source: HostPathVolumeSource, path: FieldPath): FieldError[] {
  if (!source.path) return [required(path.child('path'))]
  const known = source.type === undefined || HOST_PATH_TYPES.includes(source.type)
  return [
    ...checkNoBacksteps(path.child('path'), source.path),
    ...(known ? [] : [notSupported(path.child('type'), source.type, HOST_PATH_TYPES)]),
  ]
}

/** `gitRepo` (deprecated). */
export function validateGitRepo(source: GitRepoVolumeSource, path: FieldPath): FieldError[] {
  return [
    ...(source.repository ? [] : [required(path.child('repository'))]),
    ...checkDescendingPath(path.child('directory'), source.directory ?? ''),
  ]
}

/** `image` (KEP-4639): a Pod must say which, a template may leave it to what makes the Pods. */
export function validateImageSource(source: ImageVolumeSource, path: FieldPath, options: PodValidationOptions): FieldError[] {
  return [
    ...(options.resourceIsPod && !source.reference ? [required(path.child('reference'))] : []),
    ...validateChoice(source.pullPolicy, ['Always', 'IfNotPresent', 'Never'], path.child('pullPolicy')),
  ]
}

/** `secret`. */
export function validateSecretSource(source: SecretVolumeSource, path: FieldPath): FieldError[] {
  return [...(source.secretName ? [] : [required(path.child('secretName'))]), ...validateKeys(source, path)]
}

/** `configMap`. */
export function validateConfigMapSource(source: ConfigMapVolumeSource, path: FieldPath): FieldError[] {
  return [...(source.name ? [] : [required(path.child('name'))]), ...validateKeys(source, path)]
}

function validateKeys(source: { defaultMode?: number; items?: KeyToPath[] }, path: FieldPath): FieldError[] {
  const items = path.child('items')
  return [
    ...checkFileMode(path.child('defaultMode'), source.defaultMode),
    ...(source.items ?? []).flatMap((item, at) => validateKeyToPath(item, items.index(at))),
  ]
}

/** One key of a ConfigMap or Secret as a file. */
export function validateKeyToPath(item: KeyToPath, path: FieldPath): FieldError[] {
  return [
    ...(item.key ? [] : [required(path.child('key'))]),
    ...(item.path ? [] : [required(path.child('path'))]),
    ...checkLocalPath(path.child('path'), item.path ?? ''),
    ...checkFileMode(path.child('mode'), item.mode),
  ]
}

/** `downwardAPI`; upstream reports its files' errors without their index. */
export function validateDownwardApiSource(source: DownwardAPIVolumeSource, path: FieldPath): FieldError[] {
  return [
    ...checkFileMode(path.child('defaultMode'), source.defaultMode),
    ...(source.items ?? []).flatMap((file) => validateDownwardApiFile(file, path)),
  ]
}

/** One field of the Pod as a file. */
export function validateDownwardApiFile(file: DownwardAPIVolumeFile, path: FieldPath): FieldError[] {
  const errors = [...(file.path ? [] : [required(path.child('path'))]), ...checkLocalPath(path.child('path'), file.path ?? '')]
  if (file.fieldRef) {
    errors.push(...validateFieldRef(file.fieldRef, FILE_FIELDS, path.child('fieldRef')))
    if (file.resourceFieldRef) errors.push(invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'))
  } else if (file.resourceFieldRef) {
    errors.push(...validateResourceFieldRef(file.resourceFieldRef, path.child('resourceFieldRef'), true))
  } else {
    errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'))
  }
  return [...errors, ...checkFileMode(path.child('mode'), file.mode)]
}
