import type { JSONSchemaProps } from '@kubetape/api/types/apiextensions/v1'
import { isJsonObject } from '@kubetape/apimachinery'

/** A part of a structural schema. Lists of `items` and booleans where a schema is meant, which v1 refuses, count as nothing. */
export type Schema = Readonly<JSONSchemaProps>

/** The schema that a field holds; undefined for anything else. */
export function schemaOf(value: unknown): Schema | undefined {
  return isJsonObject(value) ? value : undefined
}
