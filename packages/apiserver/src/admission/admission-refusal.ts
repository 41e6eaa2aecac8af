import { forbiddenError, type StatusError } from '@kubetape/apimachinery'
import type { AdmissionAttributes } from './admission.ts'

/** The 403 of a plugin, about the object that is on its way in: by its name, or by the one that its name will be made from. */
export function refusedByAdmission({ resource, name, draft }: AdmissionAttributes, why: string): StatusError {
  const { group, resource: plural } = resource.info
  const metadata = draft?.metadata
  return forbiddenError({ group, resource: plural }, name || metadata?.name || metadata?.generateName || 'Unknown', why)
}

/** Several reasons in one text, each once: `a`, or `[a, b]`. Undefined without any. */
export function joinedReasons(reasons: readonly string[]): string | undefined {
  const distinct = [...new Set(reasons)]
  return distinct.length > 1 ? `[${distinct.join(', ')}]` : distinct[0]
}
