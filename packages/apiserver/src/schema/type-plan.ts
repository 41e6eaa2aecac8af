import type { SchemaSource, TypeSchema } from '@kubetape/apimachinery'
import { completionOf, type Completion } from './completion.ts'
import { DecodeContext, type FieldStep } from './decode-context.ts'
import { copyFreely, countKeys, type Decoder, isObject, jsonKindOf, setOwn } from './decoder.ts'
import { RepeatedFields } from './repeated-fields.ts'
import { SCHEMA_UNIONS, schemaUnionDecoder } from './schema-union.ts'
import { formatDecoder, resourceAmountDecoder, scalarDecoder } from './scalar-decoders.ts'
import { goTypeOf, hasZeroDefault, packageOf, shortTypeName, type WireField, wireFieldOf } from './wire-field.ts'

/** One field of a type, ready to decode. */
interface FieldPlan extends FieldStep {
  readonly decode: Decoder
}

/** A type compiled once: how to decode it and how to complete it. */
export interface TypePlan {
  readonly decode: Decoder
  readonly complete: Completion
}

/** Types that the API stores without looking into them. */
const FREE_TYPES = new Set(['RawExtension', 'FieldsV1', 'JSON', 'Patch'])

/**
 * Compiles types into closures. Types refer to each other and to themselves, so a type is compiled when it is first met and found again by
 * name; a compiler belongs to one schema source.
 */
export class TypeCompiler {
  readonly #source: SchemaSource
  readonly #plans = new Map<string, { plan?: TypePlan }>()

  constructor(source: SchemaSource) {
    this.#source = source
  }

  /** The plan of a type. A type that is being compiled answers with a forwarding plan. */
  planOf(typeName: string): TypePlan {
    const known = this.#plans.get(typeName)
    if (known?.plan !== undefined) return known.plan
    if (known !== undefined)
      return { decode: (value, context) => known.plan!.decode(value, context), complete: (value) => known.plan!.complete(value) }
    const slot: { plan?: TypePlan } = {}
    this.#plans.set(typeName, slot)
    slot.plan = this.#compile(typeName)
    return slot.plan
  }

  #compile(typeName: string): TypePlan {
    const type = this.#source.type(typeName)
    if (type === undefined) throw new Error(`Cannot compile type "${typeName}": no such type`)
    const format = formatDecoder(typeName)
    if (format !== undefined) return { decode: format, complete: asItIs }
    if (SCHEMA_UNIONS.has(shortTypeName(typeName))) return { decode: this.#schemaUnion(typeName), complete: asItIs }
    if (shortTypeName(typeName) === 'FieldsV1') return { decode: fieldSetDecoder, complete: asItIs }
    if (FREE_TYPES.has(shortTypeName(typeName)) || type.properties === undefined) return { decode: freeDecoder, complete: asItIs }
    const properties = Object.entries(type.properties)
    const fields = properties.map(([name, schema]) => ({ name, schema, wire: wireFieldOf(typeName, type, name) }))
    return {
      decode: structDecoder(
        new Map(fields.map(({ name, schema, wire }) => [name, this.#field(typeName, name, schema, wire)])),
        fields.flatMap(({ name, schema, wire }) => this.#filling(name, schema, wire)),
        `${packageOf(typeName)}.${shortTypeName(typeName)}`,
      ),
      complete: completionOf(
        fields.map(({ name, schema, wire }) => ({ name, schema, wire, nested: this.#nestedCompletion(schema) })),
        // These groups are stored as JSON, which tells an empty list from none; all others as protobuf, which does not.
        /apiextensions|apiregistration/.test(typeName),
      ),
    }
  }

  #field(typeName: string, name: string, schema: TypeSchema, wire: WireField): FieldPlan {
    const keepsZero = wire.keepsZero || wire.keepsEmptyList || (wire.alwaysPrinted && !hasTrueDefault(schema))
    return { name, owner: shortTypeName(typeName), decode: this.#decoder(schema, wire.goType, keepsZero) }
  }

  /** What decoding fills in when nothing was sent: true defaults, and zero values that are not null. */
  #filling(name: string, schema: TypeSchema, wire: WireField): [string, () => unknown][] {
    if (hasTrueDefault(schema) || ('default' in schema && hasZeroDefault(schema) && wire.keepsZero)) return [[name, () => schema.default]]
    if (!wire.alwaysPrinted || !('default' in schema)) return []
    if (schema.$ref !== undefined && schema.type === undefined) {
      const { decode } = this.planOf(schema.$ref)
      return [[name, () => decode({}, NOWHERE)]]
    }
    return [[name, () => schema.default]]
  }

  #decoder(schema: TypeSchema, goType: string, keepsZero: boolean): Decoder {
    if (schema.$ref !== undefined) return this.planOf(schema.$ref).decode
    if (schema.type === 'array') return this.#listDecoder(schema.items ?? {}, goType, keepsZero)
    if (schema.type === 'object') {
      return typeof schema.additionalProperties === 'object' ? this.#mapDecoder(schema.additionalProperties, goType) : freeDecoder
    }
    return schema.type === undefined ? freeDecoder : scalarDecoder(schema, goType, keepsZero)
  }

  #listDecoder(items: TypeSchema, goType: string, keepsEmpty: boolean): Decoder {
    const decode = this.#decoder(items, goType.startsWith('[]') ? goType.slice(2) : goTypeOf(items), true)
    const zero = this.#zeroOf(items)
    const tracked = items.$ref !== undefined
    return (value, context) => {
      if (!Array.isArray(value)) throw context.mismatch(jsonKindOf(value), goType)
      if (value.length === 0 && !keepsEmpty) return undefined
      const list: unknown[] = new Array(value.length)
      for (let at = 0; at < value.length; at++) {
        const item: unknown = value[at]
        if (tracked) context.enter(at)
        list[at] = item === null || item === undefined ? zero() : decode(item, context)
        if (tracked) context.leave()
      }
      return list
    }
  }

  #mapDecoder(values: TypeSchema, goType: string): Decoder {
    const valueType = goType.includes(']') ? goType.slice(goType.indexOf(']') + 1) : goTypeOf(values)
    const decode = goType.endsWith('ResourceList') ? resourceAmountDecoder() : this.#decoder(values, valueType, true)
    const zero = this.#zeroOf(values)
    const tracked = values.$ref !== undefined
    return (value, context) => {
      if (!isObject(value)) throw context.mismatch(jsonKindOf(value), goType)
      const map: Record<string, unknown> = {}
      let size = 0
      const put = (key: string, member: unknown): void => {
        size++
        if (tracked) context.enter({ key })
        setOwn(map, key, member === null || member === undefined ? zero() : decode(member, context))
        if (tracked) context.leave()
      }
      if (value instanceof RepeatedFields) {
        for (const [key, member] of value.entries) {
          if (Object.hasOwn(map, key)) context.duplicateField(key)
          put(key, member)
        }
      } else for (const key in value) put(key, value[key])
      context.keys += size
      return size === 0 ? undefined : map
    }
  }

  #schemaUnion(typeName: string): Decoder {
    const schemas = typeName.replace(/Or[A-Za-z]+$/, '')
    return schemaUnionDecoder(shortTypeName(typeName), (value, context) => this.planOf(schemas).decode(value, context))
  }

  /** What a null in a list or a map becomes. */
  #zeroOf(schema: TypeSchema): () => unknown {
    if (schema.$ref !== undefined) {
      const name = shortTypeName(schema.$ref)
      if (name === 'Quantity') return () => '0'
      if (name === 'IntOrString') return () => 0
      if (FREE_TYPES.has(name) || name.endsWith('Time')) return () => null
      const { $ref } = schema
      return () => this.planOf($ref).decode({}, NOWHERE)
    }
    if (schema.type === 'array' || schema.type === 'object' || schema.type === undefined) return () => null
    return () => (schema.type === 'string' ? '' : schema.type === 'boolean' ? false : 0)
  }

  #nestedCompletion(schema: TypeSchema): Completion | undefined {
    const reference =
      schema.$ref ?? schema.items?.$ref ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties.$ref : undefined)
    if (reference === undefined) return undefined
    const { complete } = this.planOf(reference)
    return complete === asItIs ? undefined : complete
  }
}

/** Where zero values are made: nothing can be wrong or unknown there. */
const NOWHERE = new DecodeContext(false)

const asItIs: Completion = () => undefined

/** Whether the schema's default is a value of its own, not the zero value. */
const hasTrueDefault = (schema: TypeSchema): boolean => 'default' in schema && !hasZeroDefault(schema)

const freeDecoder: Decoder = (value, context) => {
  context.keys += countKeys(value)
  return copyFreely(value)
}

/** Sets of fields are never changed, so these are not copied. */
const fieldSetDecoder: Decoder = (value, context) => {
  context.keys += countKeys(value)
  return value instanceof RepeatedFields ? copyFreely(value) : value
}

/** Decodes the fields of a type; what is not among them is unknown and dropped. */
function structDecoder(
  fields: ReadonlyMap<string, FieldPlan>,
  fillings: readonly (readonly [string, () => unknown])[],
  goType: string,
): Decoder {
  return (value, context) => {
    if (!isObject(value)) throw context.mismatch(jsonKindOf(value), goType)
    const object: Record<string, unknown> = {}
    if (value instanceof RepeatedFields) decodeRepeated(value, object, fields, context)
    else {
      let count = 0
      for (const name in value) {
        count++
        const member = value[name]
        const field = fields.get(name)
        if (field === undefined) {
          context.keys += countKeys(member)
          context.unknownField(name)
        } else if (member !== null && member !== undefined) {
          context.enter(field)
          const decoded = field.decode(member, context)
          context.leave()
          if (decoded !== undefined) object[name] = decoded
        }
      }
      context.keys += count
    }
    for (const [name, filling] of fillings) if (object[name] === undefined) object[name] = filling()
    return object
  }
}

/** As upstream, a field that comes again is decoded onto what is there: objects and maps grow, anything else is replaced. */
function decodeRepeated(
  value: RepeatedFields,
  object: Record<string, unknown>,
  fields: ReadonlyMap<string, FieldPlan>,
  context: DecodeContext,
): void {
  const seen = new Set<string>()
  for (const [name, member] of value.entries) {
    const field = fields.get(name)
    if (field === undefined) {
      context.unknownField(name)
      continue
    }
    if (seen.has(name)) context.duplicateField(name)
    seen.add(name)
    if (member === null || member === undefined) continue
    context.enter(field)
    const decoded = field.decode(member, context)
    context.leave()
    const before = object[name]
    if (isPlain(before) && isPlain(decoded)) Object.assign(before, decoded)
    else if (decoded !== undefined) object[name] = decoded
  }
}

const isPlain = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
