import { isJsonObject, printExactJson } from '@kubetape/apimachinery'
import { docComment } from './doc-comment.ts'
import { type Schema, schemaOf } from './schema.ts'
import { memberName, pascalCase, quoted, type TypeNames } from './type-names.ts'

/** What a nested object that is a whole Kubernetes object has in any case. */
const OBJECT_FIELDS = ['apiVersion', 'kind', 'metadata']
const ANYTHING = 'Record<string, unknown>'
const OPEN = '  [field: string]: unknown\n'

/** How the interface of an object is written. */
interface InterfaceOptions {
  /** Types of members that are not taken from the schema, as they stand in the interface. */
  readonly fixed?: Readonly<Record<string, string>>
  /** Never required, whatever the schema says. */
  readonly optional?: readonly string[]
  /** Whether other members may stand beside the named ones. */
  readonly open: boolean
  readonly tags?: readonly string[]
}

/** Writes interfaces for structural schemas; those of nested objects come after the one that they are in. */
export class TypeWriter {
  readonly #names: TypeNames
  readonly #declarations: string[] = []
  #usesKubeObject = false

  constructor(names: TypeNames) {
    this.#names = names
  }

  get declarations(): readonly string[] {
    return this.#declarations
  }

  /** Whether the declarations name `KubeObject`. */
  get usesKubeObject(): boolean {
    return this.#usesKubeObject
  }

  /** The interface of a custom resource. An open index lets it stand where any object is taken. */
  writeKind(name: string, schema: Schema, description: string, tags: readonly string[]): void {
    const fixed = { apiVersion: 'apiVersion?: string', kind: 'kind?: string', metadata: 'metadata: ObjectMeta' }
    this.#writeInterface(name, { ...schema, description }, { fixed, optional: ['status'], open: true, tags })
  }

  /** The type of a value; `name` is what a nested interface is called if that is free. */
  #typeOf(schema: Schema, name: string): string {
    const type = this.#plainType(schema, name)
    return schema.nullable === true && type !== 'unknown' && !/(^|\| )null$/.test(type) ? `${type} | null` : type
  }

  #plainType(schema: Schema, name: string): string {
    if (schema['x-kubernetes-int-or-string'] === true) return 'number | string'
    const literals = literalsOf(schema.enum)
    if (literals !== undefined) return literals
    switch (schema.type) {
      case 'string':
      case 'boolean':
      case 'number':
        return schema.type
      case 'integer':
        return 'number'
      case 'array': {
        const items = schemaOf(schema.items)
        return items === undefined ? 'unknown[]' : `${inBrackets(this.#typeOf(items, `${name}Item`))}[]`
      }
      case 'object':
        return this.#objectType(schema, name)
      default:
        return schema.properties === undefined ? 'unknown' : this.#objectType(schema, name)
    }
  }

  #objectType(schema: Schema, name: string): string {
    const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true
    const fields = Object.keys(schema.properties ?? {})
    if (schema['x-kubernetes-embedded-resource'] === true) return this.#embeddedType(schema, name, fields)
    const others = schemaOf(schema.additionalProperties)
    if (fields.length > 0) {
      return this.#writeNested(name, schema, { open: preserves || others !== undefined || schema.additionalProperties === true })
    }
    if (others === undefined) return ANYTHING
    return `Record<string, ${this.#typeOf(others, `${name}Value`)}>`
  }

  #embeddedType(schema: Schema, name: string, fields: readonly string[]): string {
    if (fields.every((field) => OBJECT_FIELDS.includes(field))) {
      this.#usesKubeObject = true
      return 'KubeObject'
    }
    const fixed = { apiVersion: 'apiVersion: string', kind: 'kind: string', metadata: 'metadata?: ObjectMeta' }
    return this.#writeNested(name, schema, { fixed, open: true })
  }

  /** Answers the name that the interface got. */
  #writeNested(wanted: string, schema: Schema, options: InterfaceOptions): string {
    const name = this.#names.take(wanted)
    this.#writeInterface(name, schema, options)
    return name
  }

  #writeInterface(name: string, schema: Schema, { fixed = {}, optional = [], open, tags = [] }: InterfaceOptions): void {
    const at = this.#declarations.push('') - 1
    const required = new Set(schema.required ?? [])
    const properties = new Map<string, unknown>([
      ...Object.keys(fixed).map((field) => [field, {}] as const),
      ...Object.entries(schema.properties ?? {}),
    ])
    let members = ''
    for (const [field, value] of properties) {
      const { description = '', ...property } = schemaOf(value) ?? {}
      // It stands here and not at the interface of the field's type too.
      members += docComment(description, '  ', tagsOf(property))
      if (Object.hasOwn(fixed, field)) {
        members += `  ${fixed[field]!}\n`
        continue
      }
      const always = required.has(field) && property.default === undefined && !optional.includes(field)
      const type = this.#typeOf(property, name + pascalCase(field))
      members += `  ${memberName(field)}${always ? '' : '?'}: ${type}\n`
    }
    const text = `${docComment(schema.description ?? '', '', tags)}export interface ${name} {\n${members}${open ? OPEN : ''}}\n`
    this.#declarations[at] = text
  }
}

/** What of a field's rules helps whoever writes it. */
function tagsOf(schema: Schema): string[] {
  const { default: value, format, pattern, minimum, maximum } = schema
  const range = [minimum === undefined ? '' : `at least ${minimum}`, maximum === undefined ? '' : `at most ${maximum}`].filter(
    (one) => one !== '',
  )
  return [
    ...(format === undefined ? [] : [`Format: ${format}`]),
    ...(pattern === undefined ? [] : [`Pattern: ${pattern}`]),
    ...(range.length === 0 ? [] : [`Range: ${range.join(', ')}`]),
    ...(value === undefined ? [] : [`@default ${printExactJson(value)}`]),
  ]
}

/** The union of an enumeration; undefined without one, or where it has lists or objects. */
function literalsOf(values: readonly unknown[] | undefined): string | undefined {
  if (values === undefined || values.length === 0 || values.some((one) => Array.isArray(one) || isJsonObject(one))) return undefined
  const literals = new Set(values.map((one) => (typeof one === 'string' ? quoted(one) : JSON.stringify(one))))
  // Null comes last, where a nullable field would have it too.
  if (literals.delete('null')) literals.add('null')
  return [...literals].join(' | ')
}

/** A type as it can stand before `[]`. */
function inBrackets(type: string): string {
  const outside = type.replace(/'(?:[^'\\]|\\.)*'/g, '').replace(/<.*>/g, '')
  return outside.includes('|') ? `(${type})` : type
}
