import type { KubeObject } from '@kubetape/apimachinery'

/** Whether the object carries this finalizer. */
export function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata?.finalizers?.includes(finalizer) ?? false
}

/** A copy with the finalizer added at the end; the object itself when it has it already. */
export function withFinalizer<T extends KubeObject>(object: T, finalizer: string): T {
  if (hasFinalizer(object, finalizer)) return object
  return { ...object, metadata: { ...object.metadata, finalizers: [...(object.metadata?.finalizers ?? []), finalizer] } }
}

/** A copy without the finalizer; the object itself when it does not have it. */
export function withoutFinalizer<T extends KubeObject>(object: T, finalizer: string): T {
  if (!hasFinalizer(object, finalizer)) return object
  return { ...object, metadata: { ...object.metadata, finalizers: object.metadata!.finalizers!.filter((one) => one !== finalizer) } }
}
