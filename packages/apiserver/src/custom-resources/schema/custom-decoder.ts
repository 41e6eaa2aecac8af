import {
  badRequest,
  cloneJson,
  type FieldError,
  formatGroupVersion,
  isJsonObject,
  type JsonObject,
  type KubeObject,
} from '@kubetape/apimachinery'
import type { Decoded, FieldValidation, KindSchema } from '../../schema/compile-kind.ts'
import { readHead, summaryOf } from '../../schema/decode-body.ts'
import { DecodeError } from '../../schema/decode-context.ts'
import { jsonKindOf } from '../../schema/decoder.ts'
import { type Coerced, type Coercion, resourceCoercion, resourcePruning } from './coercion.ts'
import { readCustomBody } from './custom-reader.ts'
import { EmbeddedResources } from './embedded-resources.ts'
import { completeMetadata, readMetadata, salvageMetadata } from './object-metadata.ts'
import { sortedByName } from './sorted-names.ts'
import type { Structural } from './structural.ts'

/** What a decoder must know of a version. */
export interface DecodedVersion {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly preserveUnknownFields: boolean
}

/** Decodes custom resources as upstream does those that it knows by a schema alone: values stay as they are, but unknown fields go and defaults come. */
export class CustomDecoder implements KindSchema {
  readonly typeName: string
  readonly #version: DecodedVersion
  readonly #apiVersion: string
  readonly #coercion: Coercion
  readonly #embedded: EmbeddedResources
  readonly #structural: Structural
  #pruning: Coercion | undefined

  constructor(version: DecodedVersion, structural: Structural) {
    this.#version = version
    this.#structural = structural
    this.#apiVersion = formatGroupVersion(version)
    this.typeName = `${this.#apiVersion}.${version.kind}`
    this.#coercion = resourceCoercion(structural, !version.preserveUnknownFields)
    this.#embedded = new EmbeddedResources(structural, false)
  }

  /** Reads a JSON body. Throws a DecodeError with upstream's words. */
  readText(text: string, mode: FieldValidation): Decoded {
    const { kind, version } = this.#version
    const body = readHead(text, kind)
    const head = (body.value ?? {}) as { kind?: string; apiVersion?: string }
    if (!head.kind) throw badRequest(unrecognized(kind, text))
    const { value, strictErrors } = this.#guarded(head, () => readCustomBody(body, mode !== 'Ignore'))
    const decoded = this.#guarded(head, () => this.#decode(value as JsonObject, mode, strictErrors))
    if ((head.apiVersion ?? '') !== this.#apiVersion) {
      throw badRequest(
        `the API version in the data (${head.apiVersion ?? ''}) does not match the expected API version (${formatGroupVersion({ group: this.#version.group, version })})`,
      )
    }
    return decoded
  }

  /** Names the kind in what refuses a body. */
  #guarded<T>(head: { kind?: string; apiVersion?: string }, decode: () => T): T {
    try {
      return decode()
    } catch (caught) {
      // Nesting that the stack does not hold: patches can make a value deeper than any body may be.
      const error = caught instanceof RangeError ? new DecodeError('exceeded max depth') : caught
      if (!(error instanceof DecodeError)) throw error
      const version = (head.apiVersion ?? '').split('/').at(-1)
      throw new DecodeError(
        error.detail,
        `${head.kind} in version ${JSON.stringify(version)} cannot be handled as a ${this.#version.kind}: ${error.detail}`,
      )
    }
  }

  decode(body: unknown, mode: FieldValidation): Decoded {
    const head = { kind: this.#version.kind, apiVersion: this.#apiVersion }
    return this.#guarded(head, () => {
      const value = cloneJson(body ?? {})
      if (!isJsonObject(value))
        throw new DecodeError(`json: cannot unmarshal ${jsonKindOf(value)} into Go value of type map[string]interface {}`)
      return this.#decode(Object.assign(value, head), mode, [])
    })
  }

  /** Upstream prunes nulls only of what it reads: those that a merge leaves are refused. */
  decodeMerged(object: Readonly<KubeObject>): KubeObject {
    const head = { kind: this.#version.kind, apiVersion: this.#apiVersion }
    return this.#guarded(head, () => this.#decode(Object.assign(cloneJson(object), head) as JsonObject, 'Ignore', [], true)).object
  }

  /** Decodes a fresh value, in place. */
  #decode(value: JsonObject, mode: FieldValidation, problems: readonly string[], keepsNulls = false): Decoded {
    const asks = mode !== 'Ignore'
    const strictErrors = [...problems]
    const { kind, apiVersion } = value
    const metadata = 'metadata' in value ? readMetadata(value['metadata'], 'metadata', asks) : undefined
    if (metadata !== undefined) strictErrors.push(...metadata.unknown)
    if (kind === this.#version.kind && apiVersion === this.#apiVersion) this.#coerce(value, asks ? strictErrors : undefined, keepsNulls)
    if (metadata === undefined) delete value['metadata']
    else value['metadata'] = metadata.metadata
    if (mode === 'Strict' && strictErrors.length > 0) throw new DecodeError(`strict decoding error: ${strictErrors.join(', ')}`)
    return { object: value, strictErrors: mode === 'Strict' ? [] : strictErrors }
  }

  #coerce(value: JsonObject, strictErrors: string[] | undefined, keepsNulls: boolean): void {
    const coerced: Coerced = { changed: false, unknown: strictErrors === undefined ? undefined : [], keepsNulls }
    this.#coercion(value, '', coerced)
    for (const path of coerced.unknown?.sort() ?? []) strictErrors!.push(`unknown field ${JSON.stringify(path)}`)
    const refused = this.#embedded.coerce(value, { unknown: strictErrors })
    if (refused !== undefined) throw new DecodeError(`${refused.field}: ${refused.message}`)
  }

  /** See CustomType. */
  refresh(object: KubeObject): boolean {
    const coerced: Coerced = { changed: false, unknown: undefined }
    const before = object.metadata
    this.#coercion(object, '', coerced)
    this.#embedded.coerce(object, { dropsInvalid: true })
    object.metadata = salvageMetadata(before)
    completeMetadata(object.metadata)
    if (object.metadata.generation === undefined) {
      object.metadata.generation = 1
      coerced.changed = true
    }
    return coerced.changed
  }

  /** See CustomType. */
  prune(object: KubeObject): boolean {
    this.#pruning ??= resourcePruning(this.#structural, !this.#version.preserveUnknownFields)
    const coerced: Coerced = { changed: false, unknown: undefined, keepsNulls: true }
    this.#pruning(object, '', coerced)
    return coerced.changed
  }

  complete(object: KubeObject): void {
    if (object.metadata !== undefined) completeMetadata(object.metadata)
    for (const name of Object.keys(object)) if (name !== 'metadata') object[name] = sortedByName(object[name])
  }

  validateAgainstSchema(): FieldError[] {
    return []
  }
}

function unrecognized(kind: string, text: string): string {
  return `the object provided is unrecognized (must be of type ${kind}): Object 'Kind' is missing in '${text}' (${summaryOf(text)})`
}
