import { additionalSchema, type JsonSchemaProps } from './json-schema-props.ts'

/** A field that a path in a schema leads to. */
export interface ResolvedField {
  /** The path as errors print it: fields after dots, keys of maps in brackets. */
  readonly path: string
  readonly schema: JsonSchemaProps
}

/** Why a path leads nowhere; the message is upstream's. */
export class FieldPathError extends Error {
  readonly code = 'FIELD_PATH'
}

/**
 * The field that a path leads to within a schema: `.spec.a`, and `['b.c']` where brackets are allowed (API reference, ValidationRule `fieldPath`). Lists
 * cannot be entered. Throws a FieldPathError that says why where it leads nowhere.
 */
export function resolveFieldPath(path: string, schema: JsonSchemaProps, allowsBrackets = true): ResolvedField {
  const tokens = tokensOf(path)
  let at = 0
  const next = (): string => {
    const token = tokens[at++]
    if (token === undefined) throw new FieldPathError('unexpected end of JSON path')
    return token
  }
  let found: ResolvedField = { path: '', schema }
  while (at < tokens.length) {
    const token = next()
    if (token === '.') found = enter(found, next())
    else if (token === '[') {
      if (!allowsBrackets) throw new FieldPathError('array notation is not allowed')
      const quoted = next()
      if (!/^'.*'$/s.test(quoted) || quoted.length < 2) throw new FieldPathError(`expected single quoted string but got ${quoted}`)
      found = enter(found, unescaped(quoted.slice(1, -1)))
      const end = next()
      if (end !== ']') throw new FieldPathError(`expected ] but got ${end}`)
    } else throw new FieldPathError(`expected [ or . but got: ${token}`)
  }
  return found
}

function enter({ path, schema }: ResolvedField, name: string): ResolvedField {
  const properties = schema.properties ?? {}
  if (Object.keys(properties).length > 0) {
    if (!Object.hasOwn(properties, name)) throw new FieldPathError('does not refer to a valid field')
    return { path: path === '' ? name : `${path}.${name}`, schema: properties[name]! }
  }
  const values = additionalSchema(schema)
  if (values === undefined) throw new FieldPathError('does not refer to a valid field')
  return { path: `${path}[${name}]`, schema: values }
}

/** Texts in single quotes, delimiters, and what stands between delimiters. */
const TOKEN = /'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]']+|'.*/gs

function tokensOf(path: string): string[] {
  return path.match(TOKEN) ?? []
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', "'": "'", '\\': '\\' }

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/gs, (escape, letter: string) => {
    const meant = ESCAPES[letter]
    if (meant === undefined) throw new FieldPathError(`invalid string literal: invalid escape char ${escape}`)
    return meant
  })
}
