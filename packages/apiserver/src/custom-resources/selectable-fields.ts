import type { SelectableField } from '@kubetape/api/types/apiextensions/v1'
import type { KubeObject } from '@kubetape/apimachinery'

/** The values of a definition's selectable fields (KEP-4358), by their paths without the first dot; absent ones are empty. */
export function selectableFieldsOf(
  fields: readonly SelectableField[] | undefined,
): (object: Readonly<KubeObject>) => Record<string, string> {
  const paths = (fields ?? []).map(({ jsonPath }) => jsonPath.slice(1))
  const parts = paths.map((path) => path.split('.'))
  return (object) => Object.fromEntries(paths.map((path, at) => [path, textAt(object, parts[at]!)]))
}

function textAt(object: Readonly<KubeObject>, path: readonly string[]): string {
  let value: unknown = object
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return ''
    value = (value as Record<string, unknown>)[name]
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}
