import { failure } from '@kubetape/apimachinery'
import { builtinSchemas, typeNameOfKind } from '@kubetape/api'
import { type CachedDocument, DiscoveryDocuments } from '../discovery/discovery-documents.ts'
import { groupResources } from '../discovery/served-resources.ts'
import { GNOSTIC_V2_ACCEPTED, GNOSTIC_V2_CONTENT_TYPE } from '../openapi/gnostic-v2.ts'
import { OpenApiDocuments } from '../openapi/openapi-documents.ts'
import { parseAccept } from '../table/accept.ts'
import { negotiate, negotiateDiscovery } from '../table/negotiation.ts'
import type { Registry } from '../registry/registry.ts'
import type { Exchange } from './api-server.ts'
import type { OtherPaths, PathAnswer } from './other-paths.ts'
import { EMULATED_VERSION } from './standard-paths.ts'

const AGGREGATED_TYPE = (version: string): string => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`

/** Adds discovery and OpenAPI, made from what the registry serves. */
export function addApiPaths(paths: OtherPaths, registry: Registry): void {
  const groups = groupResources([...registry.resources()].map((one) => one.info))
  paths.name(
    groups.flatMap(({ group, versions }) =>
      group === '' ? ['/apis/', '/api/v1'] : [`/apis/${group}`, ...versions.map(({ version }) => `/apis/${group}/${version}`)],
    ),
  )
  addDiscovery(paths, (host) => new DiscoveryDocuments(groups, { serverAddress: host }))
  const openapi = new OpenApiDocuments({ groups, source: builtinSchemas, typeNameOf: typeNameOfKind, version: EMULATED_VERSION.gitVersion })
  paths.on('/openapi/v2', ({ request }) => {
    const wanted = parseAccept(request.headers.accept ?? 'application/json')
    const protobuf = wanted.some(({ mediaType }) => (GNOSTIC_V2_ACCEPTED as readonly string[]).includes(mediaType))
    return protobuf
      ? { contentType: GNOSTIC_V2_CONTENT_TYPE, bytes: openapi.v2Protobuf() }
      : { contentType: 'application/json', bytes: openapi.v2Json() }
  })
  paths.on('/openapi/v3', () => ({ contentType: 'text/plain; charset=utf-8', bytes: openapi.index() }))
  paths.on('/openapi/v3/', (_, key) => {
    const bytes = openapi.v3(key)
    if (bytes === undefined) return { contentType: 'text/plain; charset=utf-8', bytes: '', code: 404 }
    return { contentType: 'application/json', bytes, headers: { etag: `"${openapi.hashOf(key)}"`, 'cache-control': 'public, immutable' } }
  })
}

function addDiscovery(paths: OtherPaths, make: (host: string) => DiscoveryDocuments): void {
  let documents: DiscoveryDocuments | undefined
  const known = ({ request }: Exchange): DiscoveryDocuments => (documents ??= make(request.headers.host ?? ''))
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
    const ofGroup = known(exchange).apiGroup(group)
    return version === undefined
      ? found(exchange, ofGroup, false)
      : found(exchange, known(exchange).apiResourceList({ group, version }), ofGroup !== undefined)
  })
}

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

/** 304 when the client has this very document. */
function cached({ request }: Exchange, { bytes, etag }: CachedDocument, contentType: string): PathAnswer {
  const headers = { etag, vary: 'Accept', 'cache-control': 'public' }
  return request.headers['if-none-match'] === etag ? { contentType, bytes: '', code: 304, headers } : { contentType, bytes, headers }
}
