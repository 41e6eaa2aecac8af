import { builtinSchemas } from '@kubetape/api'
import type { JsonObject, ObjectMeta } from '@kubetape/apimachinery'
import { DecodeContext, DecodeError } from '../../schema/decode-context.ts'
import { TypeCompiler, type TypePlan } from '../../schema/type-plan.ts'

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
let plan: TypePlan | undefined

const objectMeta = (): TypePlan => (plan ??= new TypeCompiler(builtinSchemas).planOf(OBJECT_META))

/**
 * Metadata out of what a body has in its place at `path`, and its unknown fields (`unknown field "metadata.x"`), sorted, where somebody asks. Throws
 * a DecodeError, whose words begin at ObjectMeta.
 */
export function readMetadata(value: unknown, path: string, asksForUnknown: boolean): { metadata: ObjectMeta; unknown: string[] } {
  const context = new DecodeContext(asksForUnknown)
  // A key shows in the paths of unknown fields, but not in messages about types.
  context.enter({ key: path })
  const metadata = objectMeta().decode(value ?? {}, context) as ObjectMeta
  return { metadata, unknown: context.strictErrors.sort() }
}

/** Metadata out of what was stored: fields of the wrong type are dropped, each by itself. */
export function salvageMetadata(value: unknown): ObjectMeta {
  const made: JsonObject = {}
  if (typeof value !== 'object' || value === null) return made
  for (const [name, member] of Object.entries(value as JsonObject)) {
    try {
      Object.assign(made, readMetadata({ [name]: member }, 'metadata', false).metadata)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
    }
  }
  return made
}

/** Metadata in the form in which it is stored and served. */
export function completeMetadata(metadata: ObjectMeta): void {
  objectMeta().complete(metadata as JsonObject)
}
