import { builtinSchemas, componentFeatureGates, typeNameOfKind } from '@kubetape/api'
import { cloneJson, type FieldError, type GroupVersionKind, type KubeObject, validateObjectMeta } from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import { compileKind, type KindSchema } from '../../schema/compile-kind.ts'
import type { Draft, Strategy, StrategyContext, UpdateStrategy } from '../strategy.ts'

/** What became of an attempt: the object as it would be stored, what is wrong with it as `field: message`, and what was warned about. */
export interface Attempt<T> {
  readonly object: T
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
}

const UID = '11111111-2222-3333-4444-555555555555'
const CREATED = '2026-01-01T00:00:00Z'
const NOW_MS = Date.parse(CREATED)

/** The gates of v1.31 by default, except for those given. An unknown gate throws, as everywhere. */
export function gatesWith(changes: Readonly<Record<string, boolean>> = {}): Gates {
  const values = new Map(componentFeatureGates().map((gate) => [gate.name, gate.default]))
  for (const [name, on] of Object.entries(changes)) values.set(name, on)
  return {
    enabled: (feature) => {
      const on = values.get(feature)
      if (on === undefined) throw new Error(`Cannot tell whether feature "${feature}" is on: there is no such feature`)
      return on
    },
  }
}

/** Runs a strategy as the generic registry does, without storage, admission and managed fields. */
export class StrategyRunner<T extends KubeObject> {
  readonly #strategy: Strategy
  readonly #schema: KindSchema
  readonly #gates: Gates
  readonly #namespace: string

  /** `namespace` is empty for kinds without one. */
  constructor(kind: GroupVersionKind, strategy: Strategy, options: { namespace?: string; gates?: Readonly<Record<string, boolean>> } = {}) {
    this.#strategy = strategy
    this.#schema = compileKind(builtinSchemas, typeNameOfKind(kind)!)
    this.#gates = gatesWith(options.gates)
    this.#namespace = options.namespace ?? 'default'
  }

  /** A POST of this body. */
  create(body: object): Attempt<T> {
    const warnings: string[] = []
    const context = this.#context(warnings)
    const draft = this.#decode(body, context)
    const metadata = draft.metadata!
    Object.assign(metadata, { uid: UID, creationTimestamp: CREATED, ...(this.#namespace ? { namespace: this.#namespace } : {}) })
    if (this.#strategy.generation === 'spec') metadata.generation = 1
    this.#strategy.prepareForCreate?.(draft, context)
    const rules = { namespaced: this.#namespace !== '', nameRule: this.#strategy.nameRule ?? 'subdomain' }
    const errors = [...validateObjectMeta(metadata, rules), ...(this.#strategy.validate?.(draft, context) ?? [])]
    return this.#finish(draft, errors, [...warnings, ...(this.#strategy.warnings?.(draft, undefined, context) ?? [])])
  }

  /** A PUT of `old` after `change`, to the object or to one of its subresources. */
  update(old: T, change: (draft: T) => void, subresource = ''): Attempt<T> {
    const warnings: string[] = []
    const context = this.#context(warnings, subresource)
    const body = cloneJson(old)
    change(body)
    const draft = this.#decode(body, context)
    const strategy: Strategy | UpdateStrategy | undefined = subresource === '' ? this.#strategy : this.#strategy.subresources?.[subresource]
    strategy?.prepareForUpdate?.(draft, old, context)
    const errors = strategy?.validateUpdate?.(draft, old, context) ?? []
    return this.#finish(draft, errors, [...warnings, ...(strategy?.warnings?.(draft, old, context) ?? [])], subresource !== '')
  }

  #decode(body: object, context: StrategyContext): Draft {
    const { object } = this.#schema.decode(body, 'Warn')
    object.metadata ??= {}
    this.#strategy.default?.(object, context)
    return object
  }

  #finish(draft: Draft, errors: readonly FieldError[], warnings: readonly string[], isSubresource = false): Attempt<T> {
    if (errors.length === 0 && !isSubresource) this.#strategy.canonicalize?.(draft)
    this.#schema.complete(draft)
    return { object: draft as T, errors: errors.map((error) => `${error.field}: ${error.message}`), warnings }
  }

  #context(warnings: string[], subresource = ''): StrategyContext {
    return {
      gates: this.#gates,
      nowMs: NOW_MS,
      namespace: this.#namespace,
      subresource,
      user: { name: 'admin', groups: [] },
      warn: (text) => warnings.push(text),
      newUid: () => UID,
      newSuffix: () => 'abcde',
    }
  }
}
