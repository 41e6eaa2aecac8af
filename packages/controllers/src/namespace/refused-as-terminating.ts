import { isNotFound, isStatusError } from '@kubetape/apimachinery'

/** Whether a create was refused because its namespace is going or gone: what was to be made is not needed any more. */
export function refusedAsTerminating(error: unknown): boolean {
  if (isNotFound(error)) return true
  return (
    isStatusError(error, 'Forbidden') && (error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false)
  )
}
