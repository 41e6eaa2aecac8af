import { dns1035LabelErrors, duplicate, type FieldError, type FieldPath, invalid, printGoStrings, required } from '@kubetape/apimachinery'

/** The versions in which reviews are spoken, for admission and for conversion. */
export const REVIEW_VERSIONS = ['v1', 'v1beta1']

/** What the two kinds of webhooks do not say in the same words. */
export interface ReviewVersionWords {
  /** Said where there are none. */
  readonly missing?: string
  readonly duplicate?: (path: FieldPath, version: string) => FieldError
}

/** What is wrong with the versions of reviews that a webhook says it understands: one at least must be known. */
export function validateReviewVersions(versions: readonly string[], path: FieldPath, words: ReviewVersionWords = {}): FieldError[] {
  if (versions.length === 0) return [required(path, words.missing)]
  const twice = words.duplicate ?? duplicate
  const seen = new Set<string>()
  const errors = versions.flatMap((version, at) => {
    if (seen.has(version)) return [twice(path.index(at), version)]
    seen.add(version)
    return dns1035LabelErrors(version).map((wrong) => invalid(path.index(at), version, wrong))
  })
  if (versions.some((one) => REVIEW_VERSIONS.includes(one))) return errors
  return [...errors, invalid(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`, printGoStrings(versions))]
}
