import { additionalSchema, itemSchema, type JsonSchemaProps } from './json-schema-props.ts'

/** A field that a path in a schema leads to. */
export interface ResolvedField {
  /** The names on the way, keys of maps among them. */
  readonly steps: readonly (string | { readonly key: string } | { readonly index: number })[]
  readonly schema: JsonSchemaProps
}

/** Why a path leads nowhere; the message is upstream's. */
export class FieldPathError extends Error {
  readonly code = 'FIELD_PATH'
}

/**
 * The field that a path leads to within a schema: `.spec.a`, `['b.c']`, and `[0]` where lists may be entered (API reference, ValidationRule `fieldPath`).
 * Undefined where it leads nowhere.
 */
export function resolveFieldPath(path: string, schema: JsonSchemaProps, allowsIndexes = true): ResolvedField | undefined {
  try {
    return followFieldPath(path, schema, allowsIndexes)
  } catch (error) {
    if (error instanceof FieldPathError) return undefined
    throw error
  }
}

/** The same; throws a FieldPathError that says why where it leads nowhere. */
export function followFieldPath(path: string, schema: JsonSchemaProps, allowsIndexes = true): ResolvedField {
  const tokens = tokensOf(path)
  const steps: ResolvedField['steps'][number][] = []
  let current = schema
  for (const { name, bracketed, indexed } of tokens) {
    if (indexed) {
      const items = itemSchema(current)
      if (!allowsIndexes || items === undefined) throw new FieldPathError('does not refer to a valid field')
      steps.push({ index: Number(name) })
      current = items
      continue
    }
    const property = Object.hasOwn(current.properties ?? {}, name) ? current.properties![name] : undefined
    const values = additionalSchema(current)
    if (property !== undefined) {
      steps.push(bracketed && /[^A-Za-z0-9_$-]/.test(name) ? { key: name } : name)
      current = property
    } else if (values !== undefined) {
      steps.push(bracketed ? { key: name } : name)
      current = values
    } else throw new FieldPathError('does not refer to a valid field')
  }
  return { steps, schema: current }
}

/** A part of a path: `.name`, `['name']` or `[3]`. */
interface Token {
  readonly name: string
  readonly bracketed: boolean
  readonly indexed: boolean
}

const TOKEN = /\.([A-Za-z_][A-Za-z0-9_-]*)|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]/y

function tokensOf(path: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < path.length) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(path)
    if (match === null) throw new FieldPathError(at === 0 ? `must start with '.' or '['` : `unexpected character at position ${at}`)
    const [, dotted, single, double, index] = match
    const text = dotted ?? single ?? double ?? index!
    tokens.push({ name: text.replaceAll(/\\(.)/g, '$1'), bracketed: dotted === undefined, indexed: index !== undefined })
  }
  if (tokens.length === 0) throw new FieldPathError('must not be empty')
  return tokens
}
