import {
  type FieldError,
  FieldPath,
  notSupported,
  required,
  resolveSchema,
  type SchemaSource,
  type TypeSchema,
} from '@kubetape/apimachinery'

/** Checks objects against required fields and enumerations. Interpreted: for kinds whose own rules are not known, and for their rare writes. */
export class SchemaValidator {
  readonly #source: SchemaSource

  constructor(source: SchemaSource) {
    this.#source = source
  }

  /** The errors of an object of this type, in the order of the schema. */
  validate(typeName: string, object: Readonly<Record<string, unknown>>): FieldError[] {
    const errors: FieldError[] = []
    for (const [name, property] of Object.entries(resolveSchema(this.#source, { $ref: typeName }).properties ?? {})) {
      // Metadata has rules of its own.
      if (name !== 'metadata' && object[name] !== undefined) this.#value(property, object[name], FieldPath.of(name), errors)
    }
    this.#required(resolveSchema(this.#source, { $ref: typeName }), object, undefined, errors)
    return errors
  }

  #value(schema: TypeSchema, value: unknown, path: FieldPath, errors: FieldError[]): void {
    if (value === undefined || value === null) return
    const type = resolveSchema(this.#source, schema)
    if (type.enum !== undefined && !type.enum.includes(value as string)) {
      // An empty value of an optional field was never sent.
      if (value !== '') errors.push(notSupported(path, value, type.enum.map(String).sort()))
      return
    }
    if (Array.isArray(value)) value.forEach((item, at) => this.#value(type.items ?? {}, item, path.index(at), errors))
    else if (typeof value === 'object') this.#object(type, value as Record<string, unknown>, path, errors)
  }

  #object(type: TypeSchema, object: Record<string, unknown>, path: FieldPath, errors: FieldError[]): void {
    for (const [name, value] of Object.entries(object)) {
      const property = type.properties?.[name]
      if (property !== undefined) this.#value(property, value, path.child(name), errors)
      else if (typeof type.additionalProperties === 'object') this.#value(type.additionalProperties, value, path.key(name), errors)
    }
    this.#required(type, object, path, errors)
  }

  #required(type: TypeSchema, object: Readonly<Record<string, unknown>>, path: FieldPath | undefined, errors: FieldError[]): void {
    for (const name of type.required ?? []) {
      const value = object[name]
      const missing = value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
      if (missing) errors.push(required(path === undefined ? FieldPath.of(name) : path.child(name)))
    }
  }
}
