import type { FieldError, KubeObject, NameRule } from '@kubetape/apimachinery'
import type { ResourceInfo } from '@kubetape/api'
import type { Gates } from '@kubetape/client-go-features'
import type { TableRowCondition } from '../table/table.ts'

/** A mutable object on its way to the store. Strategies change drafts in place; what is stored is frozen. */
export type Draft = KubeObject

/** What a strategy may know about the request it serves. */
export interface StrategyContext {
  readonly gates: Gates
  /** Wall time in Unix milliseconds, read once per request. */
  readonly nowMs: number
  readonly namespace: string
  readonly subresource: string
  readonly user: UserInfo
  /** Adds a `Warning` header to the answer. */
  warn(text: string): void
  /** A fresh uid. */
  newUid(): string
  /** Five random characters for a generated name. */
  newSuffix(): string
}

export interface UserInfo {
  readonly name: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/**
 * What is special about one resource. Everything generic (types, required fields, enums and static defaults of the schema, uid, resourceVersion,
 * creationTimestamp, managedFields, generateName, finalizers, deletion, immutability of metadata, validation of metadata) is the generic
 * registry's; a strategy says only what the schema cannot. All members are optional.
 *
 * Order on create: decode and schema check → `default` → mutating admission → uid, creationTimestamp, name → `prepareForCreate` → metadata
 * validation → `validate` → validating admission → store. On update: decode → `default` → mutating admission → kept metadata →
 * `prepareForUpdate` → generation → metadata validation → `validateUpdate` → validating admission → store.
 */
export interface Strategy {
  /** Fills in defaults that depend on other fields. Runs on create, update and on every patched result; must be idempotent. */
  default?(draft: Draft, context: StrategyContext): void
  /** Drops what a creator may not set (status, fields behind gates) and derives what the server owns. */
  prepareForCreate?(draft: Draft, context: StrategyContext): void
  /** The same for an update; `old` is the stored object. */
  prepareForUpdate?(draft: Draft, old: Readonly<KubeObject>, context: StrategyContext): void
  validate?(draft: Draft, context: StrategyContext): FieldError[]
  validateUpdate?(draft: Draft, old: Readonly<KubeObject>, context: StrategyContext): FieldError[]
  /** Brings an object that has been found valid into the one form in which it is stored; must be idempotent. */
  canonicalize?(draft: Draft): void
  /** Warnings about a valid object; `old` is undefined on create. */
  warnings?(draft: Readonly<KubeObject>, old: Readonly<KubeObject> | undefined, context: StrategyContext): string[]
  /** How the kind is scaled; kinds with a `scale` subresource have one. */
  readonly scale?: ScaleRule
  /** Strategies of subresources that update the same object (`status`, `ephemeralcontainers`, `resize`, `finalize` …). */
  readonly subresources?: Readonly<Record<string, UpdateStrategy>>

  /**
   * Metadata.generation: 'spec' counts up when anything but metadata and status changed (the default for kinds with a status subresource), 'all' when
   * the status did too, 'none' never.
   */
  readonly generation?: 'spec' | 'all' | 'none'
  /** Changes outside of the spec that make a new generation too. */
  changesGeneration?(draft: Readonly<KubeObject>, old: Readonly<KubeObject>): boolean
  /** The validation of `metadata.name`; default: RFC 1123 subdomain. */
  readonly nameRule?: NameRule
  /**
   * What the kind's own validation of an update says of metadata, beyond what is said of every kind: 'change' (default) validates the change again,
   * 'whole' the change and all of it, 'own' leaves it to `validateUpdate`. It only tells how often the Status repeats a cause.
   */
  readonly metadataOnUpdate?: 'change' | 'whole' | 'own'
  /** PUT of an object that does not exist creates it. Default false. */
  readonly createOnUpdate?: boolean
  /** PUT without resourceVersion replaces whatever is there. Default true. */
  readonly unconditionalUpdate?: boolean
  /** What a DELETE without propagationPolicy does with dependents. Default 'background'. */
  defaultPropagation?(context: StrategyContext): 'background' | 'orphan'
  /**
   * Graceful deletion: answers the grace period in seconds that this deletion gets (0 deletes at once), or undefined where the kind knows no
   * graceful deletion. `requestedSeconds` is what the client asked for.
   */
  gracePeriod?(object: Readonly<KubeObject>, requestedSeconds: number | undefined, context: StrategyContext): number | undefined
  /** Changes the object at the moment its deletion begins (deletionTimestamp was just set), for example its phase. */
  prepareForDelete?(draft: Draft, context: StrategyContext): void
  /** Holds a deletion beyond metadata.finalizers (a Namespace's spec.finalizers). */
  holdsDeletion?(object: Readonly<KubeObject>): boolean
  /** A completed DELETE answers the last state of the object; otherwise a Status. */
  readonly returnsDeleted?: boolean
  /** Whether an unsafe moment forbids deletion (for example a Pod's eviction); errors are answered as they are. */
  checkDelete?(object: Readonly<KubeObject>, context: StrategyContext): void

  /** Values of the field selectors that this kind supports beyond metadata.name and metadata.namespace. */
  selectableFields?(object: Readonly<KubeObject>): Record<string, string>
  /** What is said of a field that the kind cannot be selected by, where it is not `field label not supported: x`. */
  fieldRefusal?(field: string): string
  /** Cells of the resource's Table columns (all priorities), in the order of `tableColumns`. `nowMs` is for ages. Null prints as <none>-like empty. */
  tableRow?(object: Readonly<KubeObject>, nowMs: number): unknown[]
  /** Conditions of the row, by which clients may grey it; default: none. */
  tableRowConditions?(object: Readonly<KubeObject>): readonly TableRowCondition[] | undefined
}

/** How one subresource changes the object. */
export interface UpdateStrategy {
  default?(draft: Draft, context: StrategyContext): void
  prepareForUpdate(draft: Draft, old: Readonly<KubeObject>, context: StrategyContext): void
  validateUpdate?(draft: Draft, old: Readonly<KubeObject>, context: StrategyContext): FieldError[]
  warnings?(draft: Readonly<KubeObject>, old: Readonly<KubeObject>, context: StrategyContext): string[]
}

/** What a Scale of a kind says and changes (API reference, autoscaling/v1 Scale). */
export interface ScaleRule {
  /** Where the wanted number is, field by field. */
  readonly path: readonly string[]
  /** How many are wanted; undefined where that was never said. */
  replicas(object: Readonly<KubeObject>): number | undefined
  setReplicas(draft: Draft, replicas: number): void
  /** How many there are. */
  statusReplicas(object: Readonly<KubeObject>): number
  /** The label selector of what is counted, as text; empty where there is none. */
  selector(object: Readonly<KubeObject>): string
  /** What an object is refused with whose wanted number was never said; absent where that counts as 0. */
  readonly missing?: string
}

/** A strategy with the resource that it belongs to. */
export interface RegisteredResource {
  readonly info: ResourceInfo
  readonly strategy: Strategy
}
