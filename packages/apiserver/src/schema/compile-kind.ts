import { type FieldError, formatGroupVersion, type GroupVersionKind, type KubeObject, type SchemaSource } from '@kubetape/apimachinery'
import { DecodeContext, DecodeError } from './decode-context.ts'
import { JsonText } from './json-text.ts'
import { SchemaValidator } from './schema-validator.ts'
import { TypeCompiler, type TypePlan } from './type-plan.ts'

/** What to do about fields that are unknown or repeated (API concepts, "Field validation"). */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore'

/** A decoded body. */
export interface Decoded<T = KubeObject> {
  /** A fresh object: nothing of the body is shared with it. */
  readonly object: T
  /** `unknown field "spec.foo"`, `duplicate field "data.a"`, in the order of the body's text (of a value: sorted): each is a warning. Empty under Ignore and Strict. */
  readonly strictErrors: readonly string[]
}

/**
 * One kind's schema, compiled. What a caller may rely on:
 *
 * - `decode` never changes or shares its argument; it answers the object as Go's decoder would fill it: nulls and unknown fields are gone,
 *   empty values of fields that are omitted when empty too, zero values of fields that are always there are filled in, as are the schema's defaults.
 * - What the wire shows as null (`creationTimestamp: null` of a template, `rules: null`) is absent after `decode`, so that strategies need not care.
 * - `complete` brings an object that strategies have worked on into the form that is stored and served, those nulls included.
 */
export interface KindSchema {
  readonly typeName: string
  /**
   * Decodes a body: a JsonText, or a value that is JSON already. Throws a DecodeError (400 BadRequest) with upstream's words for a value of the wrong
   * type, and under Strict for unknown and repeated fields.
   */
  decode(body: unknown, mode: FieldValidation): Decoded
  /** What `decode` makes of an object that a server-side apply has merged, where that differs from a body. */
  decodeMerged?(object: Readonly<KubeObject>): KubeObject
  /** Changes the object in place; done twice, it changes nothing more. */
  complete(object: KubeObject): void
  /** Required fields and enumerations of the schema: for kinds without rules of their own. Upstream leaves these to each kind's own validation. */
  validateAgainstSchema(object: Readonly<KubeObject>): FieldError[]
}

/** Compiles the kinds of one schema source, each once. */
export class KindCompiler {
  readonly #types: TypeCompiler
  readonly #source: SchemaSource
  readonly #validator: SchemaValidator
  readonly #kinds = new Map<string, KindSchema>()

  constructor(source: SchemaSource) {
    this.#source = source
    this.#types = new TypeCompiler(source)
    this.#validator = new SchemaValidator(source)
  }

  /** The compiled kind of a type (`io.k8s.api.batch.v1.Job`). Throws when the source has no such type. */
  kind(typeName: string): KindSchema {
    let kind = this.#kinds.get(typeName)
    if (kind === undefined) this.#kinds.set(typeName, (kind = this.#compile(typeName)))
    return kind
  }

  #compile(typeName: string): KindSchema {
    const plan = this.#types.planOf(typeName)
    const kinds = this.#source.type(typeName)?.['x-kubernetes-group-version-kind']
    // Options such as DeleteOptions belong to every group; their errors do not name a kind.
    const gvk = kinds?.length === 1 ? kinds[0] : undefined
    return {
      typeName,
      decode: (body, mode) => decodeKind(plan, gvk, body, mode),
      complete: (object) => plan.complete(object),
      validateAgainstSchema: (object) => this.#validator.validate(typeName, object),
    }
  }
}

/** Compiles one kind of a source that nothing else is compiled from; use a KindCompiler for several. */
export function compileKind(source: SchemaSource, typeName: string): KindSchema {
  return new KindCompiler(source).kind(typeName)
}

function decodeKind(plan: TypePlan, gvk: GroupVersionKind | undefined, body: unknown, mode: FieldValidation): Decoded {
  try {
    const { object, strictErrors } = decodeExactlyIfNeeded(plan, body, mode)
    if (mode === 'Strict' && strictErrors.length > 0) throw new DecodeError(`strict decoding error: ${strictErrors.join(', ')}`)
    if (gvk === undefined) return { object, strictErrors }
    const head = { kind: gvk.kind, apiVersion: formatGroupVersion(gvk) }
    return { object: Object.assign({ ...head }, object, head), strictErrors }
  } catch (error) {
    if (!(error instanceof DecodeError) || gvk === undefined) throw error
    throw new DecodeError(
      error.detail,
      `${gvk.kind} in version ${JSON.stringify(gvk.version)} cannot be handled as a ${gvk.kind}: ${error.detail}`,
    )
  }
}

/** Decodes what `JSON.parse` made of a text; again and exactly when numbers need their text or some key came twice. */
function decodeExactlyIfNeeded(plan: TypePlan, body: unknown, mode: FieldValidation): Decoded {
  if (!(body instanceof JsonText)) return inAlphabeticalOrder(decodeOnce(plan, body, mode).decoded)
  if (body.plainNumbers) {
    const { decoded, keys } = decodeOnce(plan, body.value, mode)
    if (keys === body.keyCount) return decoded
  }
  return decodeOnce(plan, body.exact(), mode).decoded
}

function decodeOnce(plan: TypePlan, value: unknown, mode: FieldValidation): { decoded: Decoded; keys: number } {
  const context = new DecodeContext(mode !== 'Ignore')
  // A body of null is as good as an empty object.
  const object = plan.decode(value ?? {}, context) as KubeObject
  return { decoded: { object, strictErrors: context.strictErrors }, keys: context.keys }
}

/** A value has no text whose order its errors could follow. */
function inAlphabeticalOrder({ object, strictErrors }: Decoded): Decoded {
  return { object, strictErrors: strictErrors.length > 1 ? [...strictErrors].sort() : strictErrors }
}
