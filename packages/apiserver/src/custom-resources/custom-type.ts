import type { CustomResourceDefinitionVersion } from '@kubetape/api/types/apiextensions/v1'
import {
  badRequest,
  cloneJson,
  formatGroupVersion,
  type GroupVersionKind,
  type KubeObject,
  type SchemaSource,
} from '@kubetape/apimachinery'
import { FieldTrackers } from '../managed-fields/field-tracker.ts'
import type { ObjectType } from '../registry/object-type.ts'
import type { Decoded } from '../schema/compile-kind.ts'

const OPEN: SchemaSource = {
  type: () => ({ type: 'object' }),
}

export function customType(
  gvk: GroupVersionKind,
  _version: Readonly<CustomResourceDefinitionVersion>,
  _options: { preserveUnknownFields: boolean },
): ObjectType {
  const head = { kind: gvk.kind, apiVersion: formatGroupVersion(gvk) }
  const decode = (body: unknown): Decoded => {
    const value = cloneJson((body ?? {}) as KubeObject)
    if ((value.apiVersion ?? '') !== head.apiVersion)
      throw badRequest(
        `the API version in the data (${value.apiVersion ?? ''}) does not match the expected API version (${head.apiVersion})`,
      )
    return { object: Object.assign({ ...head }, value, head), strictErrors: [] }
  }
  return {
    schema: { typeName: gvk.kind, decode, complete: () => undefined, validateAgainstSchema: () => [] },
    tracker: new FieldTrackers(OPEN).kind('x'),
    strategic: undefined,
    readText: (text) => decode(JSON.parse(text)),
  }
}
