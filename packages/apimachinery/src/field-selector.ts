import { badRequest } from './status-error.ts'

/** One term of a field selector. */
export interface FieldRequirement {
  readonly field: string
  readonly operator: '=' | '!='
  readonly value: string
}

/** Selects objects by the values of some of their fields; all terms must hold. Immutable. */
export class FieldSelector {
  readonly requirements: readonly FieldRequirement[]

  constructor(requirements: readonly FieldRequirement[]) {
    this.requirements = Object.freeze([...requirements])
  }

  /** Whether everything is selected. */
  get empty(): boolean {
    return this.requirements.length === 0
  }

  /** Whether an object whose fields have these values is selected; a field that is not there has the empty value. */
  matches(fields: Readonly<Record<string, string>>): boolean {
    for (const { field, operator, value } of this.requirements) {
      const actual = Object.hasOwn(fields, field) ? fields[field] : ''
      if ((actual === value) !== (operator === '=')) return false
    }
    return true
  }

  /** The one value that `field` must have; undefined when others match too. */
  exactValue(field: string): string | undefined {
    return this.requirements.find((one) => one.field === field && one.operator === '=')?.value
  }

  /**
   * The selector with each term replaced; `convert` answers the term to use, or undefined for one that always holds, and throws for a field
   * that the kind does not know (`unsupportedField`).
   */
  transform(convert: (field: string, value: string) => { field: string; value: string } | undefined): FieldSelector {
    return new FieldSelector(
      this.requirements.flatMap(({ field, operator, value }) => {
        const converted = convert(field, value)
        return converted === undefined ? [] : [{ ...converted, operator }]
      }),
    )
  }

  /** The selector's canonical text, which parses to an equal selector. */
  toString(): string {
    return this.requirements.map(({ field, operator, value }) => `${field}${operator}${escapeFieldValue(value)}`).join(',')
  }
}

/** What the API server answers to a selector on a field that the kind does not offer. */
export const unsupportedField = (field: string): Error => badRequest(`field label not supported: ${field}`)

/** The same for kinds that offer no fields beyond those of all kinds. */
export const unknownField = (field: string): Error =>
  badRequest(`${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`)

/**
 * Reads a field selector: `a=b,c!=d,e==f`. In values `\`, `,` and `=` are escaped with `\`. The empty text selects everything.
 * @throws StatusError 400 in the API server's words when the text is no selector.
 */
export function parseFieldSelector(text: string): FieldSelector {
  const terms = splitTerms(text).sort()
  return new FieldSelector(terms.filter((term) => term !== '').map((term) => parseTerm(term, text)))
}

/** A value as it must be written in a selector. */
export function escapeFieldValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&')
}

/** Splits at commas that are not escaped. */
function splitTerms(text: string): string[] {
  const terms: string[] = []
  let start = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === ',') {
      terms.push(text.slice(start, at))
      start = at + 1
    }
  }
  terms.push(text.slice(start))
  return terms
}

function parseTerm(term: string, whole: string): FieldRequirement {
  const found = /!=|==|=/.exec(term)
  if (found === null) throw badRequest(`invalid selector: '${whole}'; can't understand '${term}'`)
  const value = unescapeFieldValue(term.slice(found.index + found[0].length))
  return { field: term.slice(0, found.index), operator: found[0] === '!=' ? '!=' : '=', value }
}

function unescapeFieldValue(text: string): string {
  let value = ''
  const characters = [...text]
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!
    if (character === '\\') {
      const escaped = characters[++at] ?? ''
      if (escaped === '' || !'\\,='.includes(escaped)) throw badRequest(`invalid field selector: invalid escape sequence: \\${escaped}`)
      value += escaped
    } else if (character === ',' || character === '=') {
      throw badRequest(`invalid field selector: unescaped character in value: ${character.charCodeAt(0)}`)
    } else value += character
  }
  return value
}
