import type { ObjectForm, ObjectForms } from '../managed-fields/object-forms.ts'
import type { ServedResource } from '../registry/served-resource.ts'

/**
 * The versions of a definition, each with its own schema, as requests to `current` see them. Between them only the name changes: what a conversion webhook would say of fields is not asked, so
 * that owners of fields of another version keep those whose paths are the same.
 */
export function customForms(current: string, sibling: (apiVersion: string) => ServedResource | undefined): ObjectForms {
  const found = new Map<string, ObjectForm>()
  return {
    find(apiVersion) {
      const known = found.get(apiVersion)
      if (known !== undefined) return known
      const resource = sibling(apiVersion)
      if (resource === undefined) return undefined
      const form: ObjectForm = {
        get tracker() {
          return resource.type.tracker
        },
        fromCurrent: (object) => ({ ...object, apiVersion }),
        toCurrent: (object) => ({ ...object, apiVersion: current }),
      }
      found.set(apiVersion, form)
      return form
    },
  }
}
