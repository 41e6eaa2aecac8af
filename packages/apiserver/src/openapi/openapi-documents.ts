import { createHash } from 'node:crypto'
import { type GroupVersion, printExactJson, type SchemaSource } from '@kubetape/apimachinery'
import type { ServedGroup, ServedVersion } from '../discovery/served-resources.ts'
import { type ApiPath, indexKeyOf, pathOfGroup, pathOfVersion, plainPath, type TypeNameOf } from './api-operation.ts'
import { documentV2, type DocumentV2 } from './document-v2.ts'
import { documentV3 } from './document-v3.ts'
import { encodeGnosticV2 } from './gnostic-v2.ts'
import { pathsOfResource } from './resource-paths.ts'

/** What the documents are made of. */
export interface OpenApiOptions {
  readonly groups: readonly ServedGroup[]
  readonly source: SchemaSource
  /** What the OpenAPI v2 document is made of. Default: `source`. */
  readonly sourceV2?: SchemaSource
  readonly typeNameOf: TypeNameOf
  /** The server's version, for example `v1.31.14`. */
  readonly version: string
  /** Whether custom resources make up this version: those have no watch paths of the old kind. Default: none do. */
  isCustom?(target: GroupVersion): boolean
}

/** Documents outside of the groups, by their keys in the index. */
const PLAIN_DOCUMENTS: Readonly<Record<string, readonly [string, string]>> = {
  '.well-known/openid-configuration': ['/.well-known/openid-configuration/', 'getServiceAccountIssuerOpenIDConfiguration'],
  api: ['/api/', 'getCoreAPIVersions'],
  apis: ['/apis/', 'getAPIVersions'],
  logs: ['/logs/', 'logFileListHandler'],
  'openid/v1/jwks': ['/openid/v1/jwks/', 'getServiceAccountIssuerOpenIDKeyset'],
  version: ['/version/', 'getCodeVersion'],
}

/**
 * The OpenAPI documents of one set of served groups; make another when that set or a custom resource's schema changes. Documents are made when
 * first asked for and kept as bytes; the index is made without them.
 */
export class OpenApiDocuments {
  readonly #options: OpenApiOptions
  readonly #bytes = new Map<string, Buffer>()
  #hashes: ReadonlyMap<string, string> | undefined
  #v2: DocumentV2 | undefined

  constructor(options: OpenApiOptions) {
    this.#options = options
  }

  /** `/openapi/v3`: where each document is, with a hash that changes when the document does. Served as text/plain, as upstream does. */
  index(): Buffer {
    return this.#cached('index', () => {
      const paths = [...this.#hashed()].sort(([a], [b]) => (a < b ? -1 : 1))
      return { paths: Object.fromEntries(paths.map(([key, hash]) => [key, { serverRelativeURL: `/openapi/v3/${key}?hash=${hash}` }])) }
    })
  }

  /** The hash of the document under this key (`apis/batch/v1`); undefined when there is none. It is the document's ETag, without quotes. */
  hashOf(key: string): string | undefined {
    return this.#hashed().get(key)
  }

  /** `/openapi/v3/<key>`: an OpenAPI 3.0 document as JSON; undefined when there is none. */
  v3(key: string): Buffer | undefined {
    if (!this.#hashed().has(key)) return undefined
    return this.#cached(`v3 ${key}`, () => documentV3(this.#pathsOf(key), this.#options.version, (name) => this.#options.source.type(name)))
  }

  /** `/openapi/v2` as JSON. */
  v2Json(): Buffer {
    return this.#cached('v2', () => this.#documentV2())
  }

  /** `/openapi/v2` as gnostic protobuf. */
  v2Protobuf(): Buffer {
    let bytes = this.#bytes.get('v2 protobuf')
    if (bytes === undefined) this.#bytes.set('v2 protobuf', (bytes = encodeGnosticV2(this.#documentV2())))
    return bytes
  }

  #documentV2(): DocumentV2 {
    const keys = [...this.#hashed().keys()]
    const { version, source, sourceV2 = source } = this.#options
    this.#v2 ??= documentV2(
      keys.flatMap((key) => this.#pathsOf(key)),
      version,
      (name) => sourceV2.type(name),
    )
    return this.#v2
  }

  /** Hashes of what documents are made of, which is far less than the documents. */
  #hashed(): ReadonlyMap<string, string> {
    this.#hashes ??= new Map(
      [
        ...Object.keys(PLAIN_DOCUMENTS),
        ...this.#options.groups.flatMap(({ group, versions }) => [...(group === '' ? [] : [`apis/${group}`]), ...versions.map(indexKeyOf)]),
      ].map((key) => {
        const version = this.#versionOf(key)
        const types = version?.resources.map((info) => this.#options.source.type(this.#options.typeNameOf(info) ?? ''))
        const hash = createHash('sha512').update(printExactJson([key, this.#options.version, version, types]))
        return [key, hash.digest('hex').toUpperCase()]
      }),
    )
    return this.#hashes
  }

  #versionOf(key: string): ServedVersion | undefined {
    return this.#options.groups.flatMap(({ versions }) => versions).find((one) => indexKeyOf(one) === key)
  }

  #pathsOf(key: string): ApiPath[] {
    const plain = PLAIN_DOCUMENTS[key]
    if (plain !== undefined) return [plainPath(...plain)]
    const version = this.#versionOf(key)
    if (version === undefined) return [pathOfGroup(key.slice('apis/'.length))]
    const custom = this.#options.isCustom?.(version) ?? false
    const resources = version.resources.flatMap((info) => pathsOfResource(info, this.#options.typeNameOf, !custom))
    return custom ? resources : [pathOfVersion(version), ...resources]
  }

  #cached(key: string, make: () => object): Buffer {
    let bytes = this.#bytes.get(key)
    if (bytes === undefined) this.#bytes.set(key, (bytes = Buffer.from(printExactJson(make()))))
    return bytes
  }
}
