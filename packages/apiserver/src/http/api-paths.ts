import type { IncomingHttpHeaders } from 'node:http'
import { failure, formatGroupVersion, formatGroupVersionKind, type SchemaSource } from '@kubetape/apimachinery'
import { builtinSchemas, typeNameOfKind } from '@kubetape/api'
import { type CachedDocument, DiscoveryDocuments } from '../discovery/discovery-documents.ts'
import { groupResources, type ServedGroup } from '../discovery/served-resources.ts'
import { GNOSTIC_V2_ACCEPTED, GNOSTIC_V2_CONTENT_TYPE } from '../openapi/gnostic-v2.ts'
import { OpenApiDocuments } from '../openapi/openapi-documents.ts'
import { parseAccept } from '../table/accept.ts'
import { negotiate, negotiateDiscovery } from '../table/negotiation.ts'
import type { Registry } from '../registry/registry.ts'
import type { Exchange } from './api-server.ts'
import type { OtherPaths, PathAnswer } from './other-paths.ts'
import { EMULATED_VERSION } from './standard-paths.ts'

const AGGREGATED_TYPE = (version: string): string => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`

/** Adds discovery and OpenAPI, made from what the registry serves, and made anew when that has changed. */
export function addApiPaths(paths: OtherPaths, registry: Registry): void {
  const groups = whileUnchanged(registry, () => groupResources([...registry.resources()].map((one) => one.info)))
  paths.name(() =>
    groups().flatMap(({ group, versions }) =>
      group === '' ? ['/apis/', '/api/v1'] : [`/apis/${group}`, ...versions.map(({ version }) => `/apis/${group}/${version}`)],
    ),
  )
  addDiscovery(
    paths,
    whileUnchanged(registry, () => {
      let documents: DiscoveryDocuments | undefined
      return (host: string) => (documents ??= new DiscoveryDocuments(groups(), { serverAddress: host }))
    }),
  )
  const openapi = whileUnchanged(registry, () => openApiOf(registry, groups()))
  paths.on('/openapi/v2', ({ request }) => {
    const wanted = parseAccept(request.headers.accept ?? 'application/json')
    const protobuf = wanted.some(({ mediaType }) => (GNOSTIC_V2_ACCEPTED as readonly string[]).includes(mediaType))
    return protobuf
      ? { contentType: GNOSTIC_V2_CONTENT_TYPE, bytes: openapi().v2Protobuf() }
      : { contentType: 'application/json', bytes: openapi().v2Json() }
  })
  paths.on('/openapi/v3', () => ({ contentType: 'text/plain; charset=utf-8', bytes: openapi().index() }))
  paths.on('/openapi/v3/', ({ request }, key) => {
    const bytes = openapi().v3(key)
    if (bytes === undefined) return { contentType: 'text/plain; charset=utf-8', bytes: '', code: 404 }
    const headers = { etag: `"${openapi().hashOf(key)}"`, 'cache-control': 'public, immutable', vary: 'Accept' }
    return isKnown(request.headers['if-none-match'], headers.etag)
      ? { contentType: 'application/json', bytes: '', code: 304, headers }
      : { contentType: 'application/json', bytes, headers }
  })
}

/** What `make` makes, kept until something else is served. */
function whileUnchanged<T>(registry: Registry, make: () => T): () => T {
  let made: { readonly value: T } | undefined
  registry.onChange(() => (made = undefined))
  return () => (made ??= { value: make() }).value
}

function openApiOf(registry: Registry, groups: readonly ServedGroup[]): OpenApiDocuments {
  const custom = [...registry.resources()].flatMap((one) =>
    one.published === undefined ? [] : [{ gvk: one.gvk, info: one.info, types: one.published }],
  )
  const names = new Map(
    custom.flatMap(({ gvk, info, types }) => [
      [formatGroupVersionKind(gvk), types.name],
      [formatGroupVersionKind({ ...gvk, kind: info.listKind ?? `${gvk.kind}List` }), types.listName],
    ]),
  )
  const sourceOf = (dialect: 'v2' | 'v3'): SchemaSource => {
    const types = new Map(custom.flatMap((one) => [...one.types[dialect]]))
    return { type: (name) => types.get(name) ?? builtinSchemas.type(name) }
  }
  const versions = new Set(custom.map(({ gvk }) => formatGroupVersion(gvk)))
  return new OpenApiDocuments({
    groups,
    source: sourceOf('v3'),
    sourceV2: sourceOf('v2'),
    typeNameOf: (gvk) => names.get(formatGroupVersionKind(gvk)) ?? typeNameOfKind(gvk),
    isCustom: (target) => versions.has(formatGroupVersion(target)),
    version: EMULATED_VERSION.gitVersion,
  })
}

function addDiscovery(paths: OtherPaths, documents: () => (host: string) => DiscoveryDocuments): void {
  const known = ({ request }: Exchange): DiscoveryDocuments => documents()(hostOf(request.headers))
  for (const root of ['api', 'apis'] as const) {
    paths.on(`/${root}`, (exchange) => {
      const version = negotiateDiscovery(exchange.request.headers.accept)
      const discovery = known(exchange)
      if (version !== undefined) return cached(exchange, discovery.aggregated(root, version), AGGREGATED_TYPE(version))
      return cached(exchange, root === 'api' ? discovery.apiVersions() : discovery.apiGroupList(), 'application/json')
    })
  }
  paths.on('/api/', (exchange, rest) => found(exchange, known(exchange).apiResourceList({ group: '', version: trimmed(rest) }), true))
  paths.on('/apis/', (exchange, rest) => {
    const [group = '', version] = trimmed(rest).split('/')
    const discovery = known(exchange)
    if (version === undefined) return found(exchange, discovery.apiGroup(group), false)
    // Of a group that only definitions make, nobody answers for a version that is not served.
    const isOwn = discovery.groups.some(
      (one) => one.group === group && one.versions.some(({ resources }) => resources.some((info) => !info.custom)),
    )
    return found(exchange, discovery.apiResourceList({ group, version }), isOwn)
  })
}

/** What the client calls the server; HTTP/2 has a header of its own for it. */
const hostOf = ({ host, ':authority': authority }: IncomingHttpHeaders): string => host ?? String(authority ?? '')

const trimmed = (path: string): string => path.replace(/\/$/, '')

/** A document; where there is none, the Status of what is unknown in a known group, or the text page of an unknown group. Throws 406. */
function found(exchange: Exchange, document: CachedDocument | undefined, isKnownGroup: boolean): PathAnswer | undefined {
  if (document === undefined) {
    if (isKnownGroup) throw failure(404, 'NotFound', 'the server could not find the requested resource', {})
    return undefined
  }
  // These documents have one form only.
  negotiate({ accept: exchange.request.headers.accept })
  return cached(exchange, document, 'application/json')
}

/** Whether one of the documents that the client has is this one. */
const isKnown = (header: string | undefined, etag: string): boolean =>
  header !== undefined && header.split(',').some((one) => [etag, '*', `W/${etag}`].includes(one.trim()))

/** 304 when the client has this very document. */
function cached({ request }: Exchange, { bytes, etag }: CachedDocument, contentType: string): PathAnswer {
  const headers = { etag, vary: 'Accept', 'cache-control': 'public' }
  return isKnown(request.headers['if-none-match'], etag) ? { contentType, bytes: '', code: 304, headers } : { contentType, bytes, headers }
}
