import type { FieldError, KubeObject } from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import type { StructuralSchema } from '../../managed-fields/schema-shape.ts'
import { structuralTracker } from '../../managed-fields/structural-tracker.ts'
import type { ObjectType } from '../../registry/object-type.ts'
import { CustomDecoder } from './custom-decoder.ts'
import { CustomValidator } from './custom-validator.ts'
import type { JsonSchemaProps } from './json-schema-props.ts'
import type { ScalePaths } from './scale-values.ts'
import { structuralOf } from './structural.ts'

/** One version of a custom resource, as its definition describes it. */
export interface CustomTypeOptions {
  readonly group: string
  readonly version: string
  readonly kind: string
  /** The version's schema; undefined: none, as only old definitions have it. It must have passed `validateSchema`. */
  readonly schema: JsonSchemaProps | undefined
  /** The definition's `spec.preserveUnknownFields`: nothing is pruned. */
  readonly preserveUnknownFields: boolean
  readonly namespaced: boolean
  /** The version has a status subresource. */
  readonly hasStatus: boolean
  /** The paths of its scale subresource, whose numbers are validated. */
  readonly scale?: ScalePaths | undefined
}

/** What validation must know of a request. */
export interface CustomContext {
  readonly gates: Gates
  /** Adds a `Warning` header to the answer: rules that an unchanged value breaks only warn. */
  warn(text: string): void
}

/** The type of a custom resource in one version: what every kind has, and what its strategy asks for beside it. */
export interface CustomType extends ObjectType {
  /** What is wrong with a new object, apart from its metadata. */
  validate(draft: Readonly<KubeObject>, context: CustomContext): FieldError[]
  /** What is wrong with a change; what has not changed may stay wrong (gate CRDValidationRatcheting). */
  validateUpdate(draft: Readonly<KubeObject>, old: Readonly<KubeObject>, context: CustomContext): FieldError[]
  /** What is wrong with a change through the status subresource. */
  validateStatusUpdate(draft: Readonly<KubeObject>, old: Readonly<KubeObject>, context: CustomContext): FieldError[]
  /**
   * Brings a stored object into what this version serves, in place: unknown fields and nulls go, defaults that were not known when it was written come,
   * metadata of the wrong types is dropped. Answers whether anything changed; what was written under this very schema does not.
   */
  refresh(object: KubeObject): boolean
  /** Drops, in place, what this version does not know of an object that came out of another version. Answers whether anything changed. */
  prune(object: KubeObject): boolean
}

/** Compiles a version of a custom resource, once; everything that is asked of it later runs compiled code. */
export function customType(options: CustomTypeOptions): CustomType {
  const structural = structuralOf(options.schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true })
  const decoder = new CustomDecoder(options, structural)
  const validator = new CustomValidator(options, structural)
  return {
    schema: decoder,
    tracker: structuralTracker(options.preserveUnknownFields ? undefined : (options.schema as StructuralSchema | undefined)),
    strategic: undefined,
    readText: (text, mode) => decoder.readText(text, mode),
    refresh: (object) => decoder.refresh(object),
    prune: (object) => decoder.prune(object),
    validate: (draft, context) => validator.validate(draft, context),
    validateUpdate: (draft, old, context) => validator.validateUpdate(draft, old, context),
    validateStatusUpdate: (draft, old, context) => validator.validateStatusUpdate(draft, old, context),
  }
}
