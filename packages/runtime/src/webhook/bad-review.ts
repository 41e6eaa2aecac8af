import { badRequest, type StatusError } from '@kubetape/apimachinery'

/** What a webhook cannot read, as a Status 400: the API server passes its message on. */
export function badReview(why: string): StatusError {
  return badRequest(`Cannot answer the review: ${why}`)
}
