import type { NonResourceAttributes } from '@kubetape/api/types/authorization/v1'
import { type ObjectMeta, printGoOwnerReference, printGoStringMap, printGoStrings } from '@kubetape/apimachinery'

/** Refusals of reviews print what they refuse in Go's syntax. */

/** `authorization.NonResourceAttributes{Path:"/x", Verb:"get"}` */
export function printGoNonResourceAttributes({ path = '', verb = '' }: NonResourceAttributes): string {
  return `authorization.NonResourceAttributes{Path:${JSON.stringify(path)}, Verb:${JSON.stringify(verb)}}`
}

/** `v1.ObjectMeta{Name:"x", …}`. Times and addresses, which nobody can match on, print as those of nothing. */
export function printGoMetadata(metadata: ObjectMeta): string {
  const text = (value: string | undefined): string => JSON.stringify(value ?? '')
  const owners = metadata.ownerReferences
  return (
    `v1.ObjectMeta{Name:${text(metadata.name)}, GenerateName:${text(metadata.generateName)}, Namespace:${text(metadata.namespace)}, ` +
    `SelfLink:"", UID:${text(metadata.uid)}, ResourceVersion:${text(metadata.resourceVersion)}, Generation:${metadata.generation ?? 0}, ` +
    'CreationTimestamp:time.Date(1, time.January, 1, 0, 0, 0, 0, time.UTC), DeletionTimestamp:<nil>, DeletionGracePeriodSeconds:(*int64)(nil), ' +
    `Labels:${printGoStringMap(metadata.labels)}, Annotations:${printGoStringMap(metadata.annotations)}, ` +
    `OwnerReferences:[]v1.OwnerReference${owners === undefined ? '(nil)' : `{${owners.map(printGoOwnerReference).join(', ')}}`}, ` +
    `Finalizers:${printGoStrings(metadata.finalizers)}, ManagedFields:[]v1.ManagedFieldsEntry(nil)}`
  )
}
