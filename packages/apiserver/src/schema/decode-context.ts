import { badRequest, StatusError } from '@kubetape/apimachinery'

/** Strict errors beyond this number are not collected (upstream's limit). */
const STRICT_ERRORS_MAX = 100

/** What a body's field is refused with. `detail` is upstream's decoder error, for answers that wrap it in their own words. Terminal: the body must change. */
export class DecodeError extends StatusError {
  readonly detail: string

  constructor(detail: string, message = detail) {
    super(badRequest(message).status)
    this.name = 'DecodeError'
    this.detail = detail
  }
}

/** A field on the way to the value that is being decoded. */
export interface FieldStep {
  readonly name: string
  /** The type that has the field, as error messages name it. */
  readonly owner: string
}

/** A step of a path: a field, an index of a list, or a key of a map. */
export type PathStep = FieldStep | number | { readonly key: string }

/** Where the decoder is, and what it has seen that is not an error. One is made per body. */
export class DecodeContext {
  /** Keys of objects seen so far; compared with the text's number of keys, it tells whether some key came twice. */
  keys = 0
  readonly strictErrors: string[] = []
  readonly #steps: PathStep[] = []
  readonly #collect: boolean
  #quiet = 0

  constructor(collect: boolean) {
    this.#collect = collect
  }

  enter(step: PathStep): void {
    this.#steps.push(step)
  }

  leave(): void {
    this.#steps.pop()
  }

  /** Runs `decode` without collecting strict errors: for types that upstream decodes in their own, lenient way. */
  quietly<T>(decode: () => T): T {
    this.#quiet++
    try {
      return decode()
    } finally {
      this.#quiet--
    }
  }

  unknownField(name: string): void {
    this.#strict('unknown', name)
  }

  duplicateField(name: string): void {
    this.#strict('duplicate', name)
  }

  #strict(what: string, name: string): void {
    if (!this.#collect || this.#quiet > 0 || this.strictErrors.length >= STRICT_ERRORS_MAX) return
    let path = ''
    for (const step of this.#steps) {
      if (typeof step === 'number') path += `[${step}]`
      else path += `${path === '' ? '' : '.'}${'key' in step ? step.key : step.name}`
    }
    const text = `${what} field ${JSON.stringify(path === '' ? name : `${path}.${name}`)}`
    if (!this.strictErrors.includes(text)) this.strictErrors.push(text)
  }

  /** The error for a JSON value of the wrong type: `got` is what came, `goType` what the field is. */
  mismatch(got: string, goType: string): DecodeError {
    const fields = this.#steps.filter((step): step is FieldStep => typeof step === 'object' && 'owner' in step)
    const last = fields.at(-1)
    const where = last === undefined ? 'value' : `struct field ${last.owner}.${fields.map((field) => field.name).join('.')}`
    return new DecodeError(`json: cannot unmarshal ${got} into Go ${where} of type ${goType}`)
  }
}
