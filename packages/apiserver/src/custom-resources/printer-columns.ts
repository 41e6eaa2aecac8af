import type { TableColumn } from '@kubetape/api'
import type { CustomResourceColumnDefinition } from '@kubetape/api/types/apiextensions/v1'
import { humanDuration, type KubeObject, printExactJson, printGoValue } from '@kubetape/apimachinery'
import { compileJsonPath, type JsonPath, JsonPathError } from './json-path.ts'

/** A column with what the definition says of it. */
export interface CustomColumn extends TableColumn {
  readonly description?: string
}

/** The Table of a custom resource. */
export interface CustomTable {
  readonly columns: readonly CustomColumn[]
  readonly row: (object: Readonly<KubeObject>, nowMs: number) => unknown[]
}

/** What a definition without columns has beside the name. */
const AGE: CustomResourceColumnDefinition = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'How long ago the object was created.',
}

/** The name and the columns of the definition (API reference, CustomResourceColumnDefinition); without any, the age. */
export function customTable(definitions: readonly CustomResourceColumnDefinition[] | undefined): CustomTable {
  const wanted = definitions === undefined || definitions.length === 0 ? [AGE] : definitions
  const cells = wanted.map(({ type, jsonPath }) => cellOf(type, pathOf(jsonPath)))
  return {
    columns: [
      { name: 'Name', type: 'string', format: 'name', priority: 0 },
      ...wanted.map(({ name, type, format = '', priority = 0, description = '' }) => ({ name, type, format, priority, description })),
    ],
    row: (object, nowMs) => [object.metadata?.name ?? '', ...cells.map((cell) => cell(object, nowMs))],
  }
}

/** A path that cannot be read leads nowhere: definitions are only checked to begin with a dot. */
function pathOf(text: string): JsonPath {
  try {
    return compileJsonPath(text)
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error
    return () => []
  }
}

function cellOf(type: string, path: JsonPath): (object: Readonly<KubeObject>, nowMs: number) => unknown {
  return (object, nowMs) => {
    const [value] = path(object)
    return value === undefined || value === null ? null : cellValue(type, value, nowMs)
  }
}

/** A value as a column of this type shows it; null where it is of another type. */
function cellValue(type: string, value: unknown, nowMs: number): unknown {
  switch (type) {
    case 'string':
      return typeof value === 'object' ? printExactJson(value) : printGoValue(value)
    case 'integer':
      return typeof value === 'number' || typeof value === 'bigint' ? integerOf(value) : null
    case 'number':
      return typeof value === 'number' ? value : null
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    case 'date':
      return typeof value === 'string' ? dateCell(value, nowMs) : null
    default:
      return null
  }
}

const integerOf = (value: number | bigint): number | bigint => (typeof value === 'number' ? Math.trunc(value) : value)

function dateCell(text: string, nowMs: number): string {
  const time = Date.parse(text)
  return Number.isNaN(time) ? '<invalid>' : humanDuration(nowMs - time)
}
