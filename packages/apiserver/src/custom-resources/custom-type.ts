import type { CustomResourceDefinitionVersion } from '@kubetape/api/types/apiextensions/v1'
import { badRequest, cloneJson, formatGroupVersion, type GroupVersionKind, type KubeObject } from '@kubetape/apimachinery'
import { structuralTracker } from '../managed-fields/structural-tracker.ts'
import type { StructuralSchema } from '../managed-fields/schema-shape.ts'
import type { ObjectType } from '../registry/object-type.ts'
import type { Decoded } from '../schema/compile-kind.ts'

export function customType(
  gvk: GroupVersionKind,
  version: Readonly<CustomResourceDefinitionVersion>,
  options: { preserveUnknownFields: boolean },
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
    tracker: structuralTracker(
      options.preserveUnknownFields ? undefined : (version.schema?.openAPIV3Schema as StructuralSchema | undefined),
    ),
    strategic: undefined,
    readText: (text) => decode(JSON.parse(text)),
  }
}
