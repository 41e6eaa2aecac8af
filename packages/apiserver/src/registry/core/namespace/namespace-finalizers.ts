import {
  type FieldError,
  type FieldPath,
  FOREGROUND_FINALIZER,
  invalid,
  ORPHAN_FINALIZER,
  qualifiedNameErrors,
} from '@kubetape/apimachinery'

/** The finalizer that the namespace controller works off: it holds a namespace until nothing is left in it. */
export const KUBERNETES_FINALIZER = 'kubernetes'
const STANDARD: readonly string[] = [KUBERNETES_FINALIZER, ORPHAN_FINALIZER, FOREGROUND_FINALIZER]

/** What is wrong with a finalizer of a namespace's spec: it must have a domain or be one of Kubernetes' own. */
export function finalizerErrors(name: string, path: FieldPath): FieldError[] {
  const errors = qualifiedNameErrors(name).map((detail) => invalid(path, name, detail))
  if (!name.includes('/') && !STANDARD.includes(name))
    errors.push(invalid(path, name, 'name is neither a standard finalizer name nor is it fully qualified'))
  return errors
}
