import type { ManagedFieldsEntry } from '@kubetape/apimachinery'
import type { FieldTracker } from './field-tracker.ts'
import { fieldsOfEntry } from './managed-entries.ts'
import { reconcileFields } from './named-fields.ts'

/** One version of a kind: field sets are told in the version in which they were made. Conversions answer values of their own or share parts. */
export interface ObjectForm {
  readonly tracker: FieldTracker
  /** From the version of the request to this one. */
  fromCurrent(object: object): object
  toCurrent(object: object): object
}

/** The versions of one kind, as a request to one of them sees them. */
export interface ObjectForms {
  /** Undefined where the kind has no such version any more: what was owned in it is forgotten. */
  find(apiVersion: string): ObjectForm | undefined
}

/** A kind with one version. */
export function singleForm(apiVersion: string, tracker: FieldTracker): ObjectForms {
  const form: ObjectForm = { tracker, fromCurrent: (object) => object, toCurrent: (object) => object }
  return { find: (asked) => (asked === apiVersion ? form : undefined) }
}

/** An entry with its fields as the schema of their version takes them apart now. */
export function reconciledEntry(entry: ManagedFieldsEntry, forms: ObjectForms): ManagedFieldsEntry {
  const form = forms.find(entry.apiVersion ?? '')
  if (form === undefined) return entry
  const fields = fieldsOfEntry(entry)
  const left = reconcileFields(form.tracker.shape, fields)
  return left === fields ? entry : { ...entry, fieldsV1: left }
}
