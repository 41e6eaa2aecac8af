import { builtinSchemas, typeNameOfKind } from '@kubetape/api'
import { formatGroupVersion, type GroupVersionKind, type SchemaSource, type TypeSchema } from '@kubetape/apimachinery'
import { type FieldTracker, FieldTrackers } from '../managed-fields/field-tracker.ts'
import { type Decoded, type FieldValidation, KindCompiler, type KindSchema } from '../schema/compile-kind.ts'
import { decodeBody } from '../schema/decode-body.ts'

/** What of a resource follows from the schema of its kind. Built-in kinds have it from the API's data, custom ones from their definition. */
export interface ObjectType {
  /** Decodes values and completes objects. */
  readonly schema: KindSchema
  /** Whose fields are whose: managed fields and server-side apply. */
  readonly tracker: FieldTracker
  /** The schema that strategic merge patches follow; undefined where such patches are refused (415). */
  readonly strategic: { readonly type: TypeSchema; readonly source: SchemaSource } | undefined
  /** Reads and decodes the text of a JSON body; throws 400 with upstream's words where it is no object of the kind. */
  readText(text: string, mode: FieldValidation): Decoded
}

const compiler = new KindCompiler(builtinSchemas)
const trackers = new FieldTrackers(builtinSchemas)

/** The type of a built-in kind. Throws when v1.31 has no such kind. */
export function builtinType(gvk: GroupVersionKind): ObjectType {
  const typeName = typeNameOfKind(gvk)
  if (typeName === undefined) throw new Error(`Cannot serve kind ${gvk.kind}: the schema has none in ${formatGroupVersion(gvk)}`)
  const schema = compiler.kind(typeName)
  return {
    schema,
    get tracker() {
      return trackers.kind(typeName)
    },
    strategic: { type: builtinSchemas.type(typeName)!, source: builtinSchemas },
    readText: (text, mode) => decodeBody(text, { ...gvk, schema }, mode, builtinSchema),
  }
}

function builtinSchema(gvk: GroupVersionKind): KindSchema | undefined {
  const name = typeNameOfKind(gvk)
  return name === undefined ? undefined : compiler.kind(name)
}
