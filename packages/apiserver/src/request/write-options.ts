import { type FieldError, FieldPath, forbidden, invalidObject, notSupported, required, validateFieldManager } from '@kubetape/apimachinery'
import type { RequestOptions } from './api-request.ts'

const KINDS: Readonly<Record<string, string>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
  deletecollection: 'DeleteOptions',
}

/** Values that only writes may carry, checked before the body is read (FACTS: order of errors). Throws 422 with upstream's words. */
export function checkWriteOptions(options: RequestOptions, verb: string, isApply = false): void {
  const kind = KINDS[verb]
  if (kind === undefined) return
  const { fieldValidation, fieldManager, force } = options
  const errors: FieldError[] = []
  if (verb === 'patch' && force !== undefined && !isApply)
    errors.push(forbidden(FieldPath.of('force'), 'may not be specified for non-apply patch'))
  if (isApply && !fieldManager) errors.push(required(FieldPath.of('fieldManager'), 'is required for apply patch'))
  if (fieldManager !== undefined) errors.push(...validateFieldManager(fieldManager, FieldPath.of('fieldManager')))
  errors.push(...dryRunErrors(options.dryRun))
  if (fieldValidation !== undefined && !['Ignore', 'Strict', 'Warn'].includes(fieldValidation)) {
    errors.push(notSupported(FieldPath.of('fieldValidation'), fieldValidation, ['Ignore', 'Strict', 'Warn']))
  }
  if (errors.length > 0) throw invalidObject({ group: 'meta.k8s.io', kind }, '', errors)
}

/** The one way of a dry run there is; upstream prints all that was asked for. */
export function dryRunErrors(dryRun: readonly string[] | undefined): FieldError[] {
  if (dryRun === undefined || dryRun.every((one) => one === 'All')) return []
  const printed = `[]string{${dryRun.map((one) => JSON.stringify(one)).join(', ')}}`
  return [{ type: 'FieldValueNotSupported', field: 'dryRun', message: `Unsupported value: ${printed}: supported values: "All"` }]
}
