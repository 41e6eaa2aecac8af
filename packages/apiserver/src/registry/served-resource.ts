import type { GroupResource, GroupVersionKind } from '@kubetape/apimachinery'
import { formatGroupVersion } from '@kubetape/apimachinery'
import { type ResourceInfo, type TableColumn, tableColumns } from '@kubetape/api'
import { type StoredObject, typeHead } from '@kubetape/storage'
import type { Conversion } from './conversion.ts'
import { type ObjectForms, singleForm } from '../managed-fields/object-forms.ts'
import { builtinForms } from './object-forms.ts'
import { deprecatedVersion } from './deprecated-versions.ts'
import { builtinType, type ObjectType } from './object-type.ts'
import { storageFormOf } from './storage-forms.ts'
import { strategies } from './strategies.ts'
import { tableRows } from './table-rows.ts'
import type { Strategy } from './strategy.ts'
import type { PublishedTypes } from '../custom-resources/published-schema.ts'

/** What a resource consists of beside its description. */
export interface ServedResourceParts {
  readonly strategy: Strategy
  /** Between the form that is served and the one that is stored; absent where they are one. */
  readonly conversion?: Conversion | undefined
  /** Makes the kind's type, when it is first needed: that keeps start-up short. */
  readonly type: () => ObjectType
  /** Columns of the resource's Table. */
  readonly columns: readonly TableColumn[]
  /** Made by a CustomResourceDefinition. Default false. */
  readonly custom?: boolean
  /** The versions in which fields of the objects may be owned. Default: only this one. */
  readonly forms?: ObjectForms
  /** What everybody who uses this version is warned of. */
  readonly deprecation?: string | undefined
  /** It is on its way out: nothing new is made. Default false. */
  readonly terminating?: boolean
  /** The types that OpenAPI documents show of it; absent where they are in the API's data. */
  readonly published?: () => PublishedTypes
}

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
  readonly columns: readonly TableColumn[]
  readonly custom: boolean
  readonly deprecation: string | undefined
  readonly terminating: boolean
  /** Something else is served in its place: what it would still store may not be what that takes. */
  retired = false
  readonly #publish: (() => PublishedTypes) | undefined
  readonly #makeType: () => ObjectType
  #forms: ObjectForms | undefined
  #type: ObjectType | undefined
  /** Converted once, however many watchers and lists want it. */
  readonly #views = new WeakMap<StoredObject, StoredObject>()

  constructor(info: ResourceInfo, parts: ServedResourceParts) {
    const { strategy, conversion, type, columns } = parts
    this.info = info
    this.strategy = strategy
    this.conversion = conversion
    this.columns = columns
    this.custom = parts.custom ?? false
    this.deprecation = parts.deprecation
    this.terminating = parts.terminating ?? false
    this.#publish = parts.published
    this.#makeType = type
    this.#forms = parts.forms
    this.gvk = { group: info.group, version: info.version, kind: info.kind }
    this.apiVersion = formatGroupVersion(info)
    const { group, resource } = conversion?.stored ?? info
    this.stored = { group, resource }
    this.named = { group, resource, kind: info.kind }
    this.head = typeHead(info.kind, this.apiVersion)
    this.hasStatus = info.subresources.some((one) => one.name === 'status')
  }

  /** What follows from the schema of the kind. */
  get type(): ObjectType {
    return (this.#type ??= this.#makeType())
  }

  /** The versions in which fields of the objects may be owned. */
  get forms(): ObjectForms {
    return (this.#forms ??= singleForm(this.apiVersion, this.type.tracker))
  }

  /** The types that OpenAPI documents show of a custom resource. */
  get published(): PublishedTypes | undefined {
    return this.#publish?.()
  }

  /** What `metadata.generation` counts: changes of the spec, or of all but metadata; undefined where it counts nothing. */
  get counts(): 'spec' | 'all' | undefined {
    const counted = this.strategy.generation ?? (this.hasStatus ? 'spec' : 'none')
    return counted === 'none' ? undefined : counted
  }

  get countsGenerations(): boolean {
    return this.counts !== undefined
  }

  /** Whether somebody else converts what is stored, which takes its time. */
  get convertsElsewhere(): boolean {
    return this.conversion?.toServedAll !== undefined
  }

  /** What is stored, in the form that is served. Where somebody else converts, only what `convert` was waited for. */
  served(stored: StoredObject): StoredObject {
    if (this.conversion === undefined) return stored
    let view = this.#views.get(stored)
    if (view === undefined) {
      if (this.convertsElsewhere) throw new Error(`Cannot serve ${this.info.resource} ${stored.key}: it has not been converted`)
      this.#views.set(stored, (view = this.conversion.toServed(stored)))
    }
    return view
  }

  /** Has converted what `served` will be asked for; a promise only where somebody else does that, and then all at once. */
  convert(stored: readonly StoredObject[]): Promise<void> | undefined {
    if (!this.convertsElsewhere) return undefined
    const missing = stored.filter((one) => !this.#views.has(one))
    return missing.length === 0 ? undefined : this.#convertAll(missing)
  }

  async #convertAll(stored: readonly StoredObject[]): Promise<void> {
    const views = await this.conversion!.toServedAll!(stored)
    for (const [at, one] of stored.entries()) this.#views.set(one, views[at]!)
  }
}

/** A kind without rows of its own in its strategy may still have them. */
function strategyOf(key: string): Strategy {
  const strategy = strategies.get(key) ?? {}
  const tableRow = tableRows.get(key)
  return tableRow === undefined || strategy.tableRow !== undefined ? strategy : { ...strategy, tableRow }
}

/** A resource of v1.31, with the strategy that this release has for it. */
export function builtinResource(info: ResourceInfo): ServedResource {
  return new ServedResource(info, {
    strategy: strategyOf(`${info.group}/${info.resource}`),
    conversion: storageFormOf(info),
    type: () => builtinType(info),
    forms: builtinForms(info),
    columns: tableColumns(info) ?? [],
    deprecation: deprecatedVersion(info),
  })
}
