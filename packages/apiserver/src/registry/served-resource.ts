import type { GroupResource, GroupVersionKind } from '@kubetape/apimachinery'
import { formatGroupVersion } from '@kubetape/apimachinery'
import { builtinSchemas, type ResourceInfo, typeNameOfKind } from '@kubetape/api'
import { typeHead } from '@kubetape/storage'
import { KindCompiler, type KindSchema } from '../schema/compile-kind.ts'
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
  /** The bytes with which every stored object begins. */
  readonly head: Uint8Array
  readonly hasStatus: boolean
  #schema: KindSchema | undefined

  constructor(info: ResourceInfo, strategy: Strategy) {
    this.info = info
    this.strategy = strategy
    this.gvk = { group: info.group, version: info.version, kind: info.kind }
    this.apiVersion = formatGroupVersion(info)
    this.stored = { group: info.group, resource: info.resource }
    this.head = typeHead(info.kind, this.apiVersion)
    this.hasStatus = info.subresources.some((one) => one.name === 'status')
  }

  /** The compiled schema of the kind; compiled when first needed, which keeps start-up short. */
  get schema(): KindSchema {
    if (this.#schema === undefined) {
      const typeName = typeNameOfKind(this.gvk)
      if (typeName === undefined) throw new Error(`Cannot serve ${this.info.resource}: the schema has no kind ${this.info.kind} in ${this.apiVersion}`)
      this.#schema = compiler.kind(typeName)
    }
    return this.#schema
  }

  /** `metadata.generation` counts changes of the spec. */
  get countsGenerations(): boolean {
    return (this.strategy.generation ?? (this.hasStatus ? 'spec' : 'none')) === 'spec'
  }
}
