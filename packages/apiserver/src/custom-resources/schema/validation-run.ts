import { type FieldError, FieldPath, invalid, notSupported, required, tooMany } from '@kubetape/apimachinery'
import { printFieldValue } from './go-literal.ts'

/**
 * As many errors are looked for in one object: one that is wrong everywhere would otherwise be answered with many times its own size. Upstream has no
 * bound but that of a request.
 */
export const ERRORS_MAX = 10_000

/** A step of a path: a field of an object or an index of a list. */
export type Step = string | number

/**
 * One validation of one value: where it is, what it has found, and how many checks were passed, by which the best of several schemas is chosen. Errors
 * that say the same are noted once, as upstream does it.
 */
export class ValidationRun {
  errors: Finding[] = []
  passed = 0
  readonly #steps: Step[] = []
  readonly #base: FieldPath | undefined
  /** The texts in each list of errors: a value may have very many. */
  readonly #seen = new WeakMap<Finding[], Set<string>>()

  /** `base`: where the value is. Undefined: at the root, whose errors upstream places at `<nil>`. */
  constructor(base?: FieldPath) {
    this.#base = base
  }

  enter(step: Step): void {
    this.#steps.push(step)
  }

  leave(): void {
    this.#steps.pop()
  }

  get isRoot(): boolean {
    return this.#steps.length === 0
  }

  /** The place within the value, as messages print it: `spec.list[0].a`; empty at the value itself. */
  get path(): string {
    let path = ''
    for (const step of this.#steps) path += typeof step === 'number' ? `[${step}]` : path === '' ? step : `.${step}`
    return path
  }

  /** Notes an error of the place where the run is. `text` is upstream's own message, by which errors are told apart. */
  found(text: string, make: (path: FieldPath) => FieldError): void {
    const { path } = this
    this.#note(text, make(this.#fieldPath(path)))
  }

  /** Notes a message about the place where the run is, with the value that it shows. */
  invalid(shown: unknown, detail: string): void {
    const { path } = this
    const text = `${path} in body ${detail}`
    this.#note(text, invalid(this.#fieldPath(path), '', text, printFieldValue(shown)))
  }

  typeInvalid(expected: string, got: string): void {
    const { path } = this
    const text = `${path} in body must be of type ${expected}: ${JSON.stringify(got)}`
    this.#note(text, { ...invalid(this.#fieldPath(path), got, text), type: 'FieldValueTypeInvalid' })
  }

  required(name: string): void {
    const { path } = this
    const place = path === '' ? name : `${path}.${name}`
    this.#note(`${place} is required`, required(this.#fieldPath(place)))
  }

  forbiddenProperty(name: string): void {
    const { path } = this
    const text = `${path}.${name} in body is a forbidden property`
    this.#note(text, invalid(this.#fieldPath(path), '', text, printFieldValue(name)))
  }

  tooMany(what: string, actual: number, max: number): void {
    this.found(`${this.path} too many ${what}`, (path) => tooMany(path, actual, max))
  }

  notSupported(value: unknown, supported: readonly string[]): void {
    this.found(`${this.path} should be one of ${supported.join(' ')}`, (path) => ({
      ...notSupported(path, '', supported),
      message: notSupported(path, '', supported).message.replace('""', () => printFieldValue(value)),
    }))
  }

  /** A message about combined schemas: upstream knows no field for it. */
  unplaced(detail: string): void {
    const text = `${JSON.stringify(this.path)} ${detail}`
    this.#note(text, invalid(this.#base ?? NOWHERE, '', text))
  }

  /** Adds what another part of the run has found. */
  merge(findings: readonly Finding[]): void {
    for (const finding of findings) this.#note(finding.text, finding.error)
  }

  #fieldPath(path: string): FieldPath {
    if (this.#base === undefined) return path === '' ? NOWHERE : FieldPath.of(path)
    return path.startsWith('[') ? FieldPath.of(`${this.#base.toString()}.${path}`) : this.#base.child(path)
  }

  #note(text: string, error: FieldError): void {
    let seen = this.#seen.get(this.errors)
    if (seen === undefined) this.#seen.set(this.errors, (seen = new Set()))
    if (seen.has(text) || this.errors.length > ERRORS_MAX) return
    seen.add(text)
    this.errors.push({ text, error })
  }
}

/** An error with the text by which it is told from others. */
export interface Finding {
  readonly text: string
  readonly error: FieldError
}

/** How upstream prints the path of the root. */
const NOWHERE = FieldPath.of('<nil>')
