import { dnsLabelErrors, dnsSubdomainErrors, type FieldError, type FieldPath, required } from '@kubetape/apimachinery'
import type { SecretReference } from '@kubetape/api/types/core/v1'
import { checkRule } from '../pod/field-rule.ts'

/** A Secret of any namespace: both parts are needed, and well formed (API reference, SecretReference). */
export function validateSecretReference({ name = '', namespace = '' }: SecretReference, path: FieldPath): FieldError[] {
  return [
    ...(name === '' ? [required(path.child('name'))] : checkRule(path.child('name'), name, dnsSubdomainErrors)),
    ...(namespace === '' ? [required(path.child('namespace'))] : checkRule(path.child('namespace'), namespace, dnsLabelErrors)),
  ]
}

/** A Secret of any namespace of which nothing is known but that both parts are needed; types of volumes that are older ask no more. */
export function requireSecretReference(reference: SecretReference, path: FieldPath): FieldError[] {
  return (['name', 'namespace'] as const).flatMap((part) => (reference[part] ? [] : [required(path.child(part))]))
}
