import {
  dnsSubdomainErrors,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  required,
  validateLabelSelector,
} from '@kubetape/apimachinery'
import type {
  ClusterTrustBundleProjection,
  KeyToPath,
  ProjectedVolumeSource,
  ServiceAccountTokenProjection,
  VolumeProjection,
} from '@kubetape/api/types/core/v1'
import { checkFileMode, checkLocalPath } from './file-path-rule.ts'
import { validateDownwardApiFile, validateKeyToPath } from './local-volume-validation.ts'
import { validateSignerName } from './signer-name.ts'
import type { PodValidationOptions } from './validation-options.ts'

const TOKEN_MIN_SECONDS = 600
const TOKEN_MAX_SECONDS = 2 ** 32

/** `projected`: several sources in one folder, no two of which may write one file (API reference, ProjectedVolumeSource). */
export function validateProjectedSource(source: ProjectedVolumeSource, path: FieldPath, options: PodValidationOptions): FieldError[] {
  const errors = checkFileMode(path.child('defaultMode'), source.defaultMode)
  const files = new Set<string>()
  for (const [at, projection] of (source.sources ?? []).entries())
    errors.push(...validateProjection(projection, path, path.child('sources').index(at), files, options))
  return errors
}

function validateProjection(
  projection: VolumeProjection,
  volume: FieldPath,
  path: FieldPath,
  files: Set<string>,
  options: PodValidationOptions,
): FieldError[] {
  const errors: FieldError[] = []
  /** Takes a file; upstream reports a taken one as `blamed`. */
  const take = (file: string, blamed: string): void => {
    if (files.has(file)) errors.push(invalid(volume, blamed, 'conflicting duplicate paths'))
    files.add(file)
  }
  for (const field of ['secret', 'configMap'] as const) {
    const source = projection[field]
    if (!source) continue
    if (!source.name) errors.push(required(path.child(field, 'name')))
    for (const [at, item] of (source.items ?? []).entries() as Iterable<[number, KeyToPath]>) {
      errors.push(...validateKeyToPath(item, path.child(field, 'items').index(at)))
      if (item.path) take(item.path, source.name ?? '')
    }
  }
  for (const file of projection.downwardAPI?.items ?? []) {
    errors.push(...validateDownwardApiFile(file, path.child('downwardAPI')))
    if (file.path) take(file.path, file.path)
  }
  if (projection.serviceAccountToken)
    errors.push(...validateToken(projection.serviceAccountToken, volume, path.child('serviceAccountToken'), options))
  if (projection.clusterTrustBundle) {
    errors.push(...validateTrustBundle(projection.clusterTrustBundle, path.child('clusterTrustBundle')))
    take(projection.clusterTrustBundle.path ?? '', projection.clusterTrustBundle.path ?? '')
  }
  const given = Object.values(projection).filter((source) => source !== undefined && source !== null).length
  if (given > 1) errors.push(forbidden(path, 'may not specify more than 1 volume type per source'))
  return errors
}

function validateToken(
  token: ServiceAccountTokenProjection,
  volume: FieldPath,
  path: FieldPath,
  options: PodValidationOptions,
): FieldError[] {
  const errors: FieldError[] = []
  const seconds = token.expirationSeconds ?? 0
  if (seconds < TOKEN_MIN_SECONDS)
    errors.push(invalid(path.child('expirationSeconds'), seconds, 'may not specify a duration less than 10 minutes'))
  if (seconds > TOKEN_MAX_SECONDS)
    errors.push(invalid(path.child('expirationSeconds'), seconds, 'may not specify a duration larger than 2^32 seconds'))
  if (!token.path) errors.push(required(volume.child('path')))
  else if (!options.allowNonLocalTokenPath) errors.push(...checkLocalPath(volume.child('path'), token.path))
  return errors
}

/** KEP-3257: one bundle by name, or all of a signer. */
function validateTrustBundle(bundle: ClusterTrustBundleProjection, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const { name, signerName, labelSelector } = bundle
  if (name !== undefined && signerName !== undefined) errors.push(invalid(path, bundle, 'only one of name and signerName may be used'))
  else if (name !== undefined) {
    if (name === '') errors.push(required(path.child('name'), 'must be a valid object name'))
    // The name of a signer's bundle begins with the signer and a colon.
    const own = name.slice(name.lastIndexOf(':') + 1)
    for (const message of dnsSubdomainErrors(own))
      errors.push(invalid(path.child('name'), name, `not a valid clustertrustbundlename: ${message}`))
    if (labelSelector !== undefined)
      errors.push(invalid(path.child('labelSelector'), labelSelector, 'labelSelector must be unset if name is specified'))
  } else if (signerName !== undefined) {
    if (signerName === '') errors.push(required(path.child('signerName'), 'must be a valid signer name'))
    errors.push(
      ...validateSignerName(signerName, path.child('signerName')),
      ...validateLabelSelector(labelSelector, path.child('labelSelector')),
    )
  } else {
    errors.push(required(path, 'either name or signerName must be specified'))
  }
  if (!bundle.path) errors.push(required(path.child('path')))
  return [...errors, ...checkLocalPath(path.child('path'), bundle.path ?? '')]
}
