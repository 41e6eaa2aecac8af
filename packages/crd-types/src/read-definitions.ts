import { parseAllDocuments } from 'yaml'
import { CrdTypesError } from './crd-types-error.ts'
import { type Definition, definitionsOf } from './definition.ts'

/** The definitions of a text of YAML documents or of JSON, as `definitionsOf` takes them. `source` is for messages. */
export function readDefinitions(text: string, source: string): Definition[] {
  const objects: unknown[] = []
  for (const document of parseAllDocuments(text)) {
    const [error] = document.errors
    if (error !== undefined)
      throw new CrdTypesError(source, `it is no YAML: ${error.message.split('\n', 1)[0]!.replace(/:$/, '')}`, { cause: error })
    const value: unknown = document.toJS()
    if (value !== null && value !== undefined) objects.push(value)
  }
  return definitionsOf(objects, source)
}
