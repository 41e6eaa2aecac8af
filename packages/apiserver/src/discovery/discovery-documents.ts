import { createHash } from 'node:crypto'
import { formatGroupVersion, type GroupVersion } from '@kubetape/apimachinery'
import { aggregatedDocument, type AggregatedVersion } from './aggregated-discovery.ts'
import { apiGroupDocument, apiGroupListDocument, apiResourceListDocument, apiVersionsDocument } from './legacy-discovery.ts'
import type { ServedGroup } from './served-resources.ts'

/** A document ready to be sent. */
export interface CachedDocument {
  readonly bytes: Buffer
  /** For the ETag header, quotes included: the same for as long as the document says the same. */
  readonly etag: string
}

/**
 * The discovery documents of one set of served groups; make another when that set changes (a CustomResourceDefinition comes or goes).
 * Documents are made when first asked for and kept as bytes.
 */
export class DiscoveryDocuments {
  readonly groups: readonly ServedGroup[]
  readonly #serverAddress: string
  readonly #documents = new Map<string, CachedDocument>()

  /** `serverAddress` is `host:port`, for clients that read `/api`. */
  constructor(groups: readonly ServedGroup[], options: { serverAddress: string }) {
    this.groups = groups
    this.#serverAddress = options.serverAddress
  }

  /** `/api` */
  apiVersions(): CachedDocument {
    return this.#cached('/api', () => apiVersionsDocument(this.groups, this.#serverAddress))
  }

  /** `/apis` */
  apiGroupList(): CachedDocument {
    return this.#cached('/apis', () => apiGroupListDocument(this.groups))
  }

  /** `/apis/<group>`; undefined for a group that is not served, and for the core group, which has no such document. */
  apiGroup(group: string): CachedDocument | undefined {
    const served = group === '' ? undefined : this.groups.find((one) => one.group === group)
    return served && this.#cached(`/apis/${group}`, () => apiGroupDocument(served))
  }

  /** `/api/v1` or `/apis/<group>/<version>`; undefined for a version that is not served. */
  apiResourceList(target: GroupVersion): CachedDocument | undefined {
    const served = this.groups.find(({ group }) => group === target.group)?.versions.find(({ version }) => version === target.version)
    return served && this.#cached(`resources ${formatGroupVersion(target)}`, () => apiResourceListDocument(served))
  }

  /** `/api` or `/apis` for clients that ask for an APIGroupDiscoveryList. */
  aggregated(root: 'api' | 'apis', version: AggregatedVersion): CachedDocument {
    return this.#cached(`aggregated ${root} ${version}`, () => aggregatedDocument(this.groups, root, version))
  }

  #cached(key: string, make: () => object): CachedDocument {
    let document = this.#documents.get(key)
    if (document === undefined) {
      const bytes = Buffer.from(`${JSON.stringify(make())}\n`)
      document = { bytes, etag: `"${createHash('sha512').update(bytes).digest('hex').toUpperCase()}"` }
      this.#documents.set(key, document)
    }
    return document
  }
}
