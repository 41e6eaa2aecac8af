import type { GroupResource, GroupVersionKind } from '@kubetape/apimachinery'
import { formatGroupVersion } from '@kubetape/apimachinery'
import { builtinSchemas, type ResourceInfo, typeNameOfKind } from '@kubetape/api'
import { type StoredObject, typeHead } from '@kubetape/storage'
import { KindCompiler, type KindSchema } from '../schema/compile-kind.ts'
import type { Conversion } from './conversion.ts'
import type { Strategy } from './strategy.ts'

const compiler = new KindCompiler(builtinSchemas)

/** A resource as the server serves it: what it is, what is special about it, and where it is stored. */
export class ServedResource {
  readonly info: ResourceInfo
  readonly strategy: Strategy
  readonly gvk: GroupVersionKind
  readonly apiVersion: string
  /** Where objects of this resource are stored; versions of one resource share it. */
  readonly stored: GroupResource
  /** What refusals call the resource and its kind: for Events of either group, those of the core group. */
  readonly named: GroupResource & { readonly kind: string }
  /** The bytes with which every object of this resource begins as it is served. */
  readonly head: Uint8Array
  readonly hasStatus: boolean
  /** Between the form that is served and the one that is stored; undefined where they are one. */
  readonly conversion: Conversion | undefined
  #schema: KindSchema | undefined
  /** Converted once, however many watchers and lists want it. */
  readonly #views = new WeakMap<StoredObject, StoredObject>()

  constructor(info: ResourceInfo, strategy: Strategy, conversion?: Conversion) {
    this.info = info
    this.strategy = strategy
    this.conversion = conversion
    this.gvk = { group: info.group, version: info.version, kind: info.kind }
    this.apiVersion = formatGroupVersion(info)
    const { group, resource } = conversion?.stored ?? info
    this.stored = { group, resource }
    this.named = { group, resource, kind: info.kind }
    this.head = typeHead(info.kind, this.apiVersion)
    this.hasStatus = info.subresources.some((one) => one.name === 'status')
  }

  /** The compiled schema of the kind; compiled when first needed, which keeps start-up short. */
  get schema(): KindSchema {
    if (this.#schema === undefined) {
      const typeName = typeNameOfKind(this.gvk)
      if (typeName === undefined)
        throw new Error(`Cannot serve ${this.info.resource}: the schema has no kind ${this.info.kind} in ${this.apiVersion}`)
      this.#schema = compiler.kind(typeName)
    }
    return this.#schema
  }

  /** `metadata.generation` counts changes of the spec. */
  get countsGenerations(): boolean {
    return (this.strategy.generation ?? (this.hasStatus ? 'spec' : 'none')) === 'spec'
  }

  /** What is stored, in the form that is served. */
  served(stored: StoredObject): StoredObject {
    if (this.conversion === undefined) return stored
    let view = this.#views.get(stored)
    if (view === undefined) this.#views.set(stored, (view = this.conversion.toServed(stored)))
    return view
  }
}
