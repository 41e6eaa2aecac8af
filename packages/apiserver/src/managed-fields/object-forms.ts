import type { FieldTracker } from './field-tracker.ts'

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
