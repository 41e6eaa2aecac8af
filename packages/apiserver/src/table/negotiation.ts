import { failure, notAcceptable, type StatusError } from '@kubetape/apimachinery'
import { type AcceptClause, isAskedFor, parseAccept } from './accept.ts'

/** What objects can be sent as. */
export type ObjectMediaType = 'application/json' | 'application/yaml' | 'application/vnd.kubernetes.protobuf'

/** A form that is not the kind's own (API concepts, "Receiving resources as Tables"). */
export interface Transformation {
  readonly kind: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList'
  /** The version of `meta.k8s.io`. */
  readonly version: 'v1' | 'v1beta1'
}

/** The form chosen for an answer. */
export interface Negotiated {
  readonly mediaType: ObjectMediaType
  /** Undefined: the object as it is. */
  readonly as: Transformation | undefined
  /** Indented for people; only of JSON. */
  readonly pretty: boolean
}

/** What the answer may be. */
export interface Negotiation {
  readonly accept: string | undefined
  /** What can be sent as protobuf: everything, only metadata (of custom resources), or nothing. Default: nothing. */
  readonly protobuf?: 'all' | 'metadata' | 'nothing'
  /** A watch is sent as JSON only, or as protobuf where that is served. */
  readonly watch?: boolean
  /** The query parameter `pretty`. */
  readonly pretty?: boolean | undefined
  readonly userAgent?: string | undefined
}

const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const ALL: readonly ObjectMediaType[] = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']
/** Browsers and tools that people read the answers of, by the beginnings of their user agents. */
const PEOPLE = /^(?:curl|Wget|Mozilla\/5\.0)/
const KINDS = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'])

/**
 * Chooses the form of an answer by the Accept header: the first clause that can be served wins, so that `application/json;as=Table;v=v9,application/json`
 * falls back to the plain object. Throws 406 when no clause can be served; upstream has two texts for that.
 */
export function negotiate({ accept, protobuf = 'nothing', watch = false, pretty, userAgent }: Negotiation): Negotiated {
  const choosable = ALL.filter((one) => (one === PROTOBUF ? protobuf !== 'nothing' : one !== 'application/yaml' || !watch))
  const wantsPretty = pretty ?? PEOPLE.test(userAgent ?? '')
  if (accept === undefined || accept.trim() === '') return { mediaType: choosable[0]!, as: undefined, pretty: wantsPretty }
  const clauses = parseAccept(accept)
  if (!clauses.some(isRoutable)) throw notRoutable()
  for (const clause of clauses) {
    for (const mediaType of choosable) {
      const as = isAskedFor(mediaType, clause) ? transformationOf(clause, mediaType, watch) : null
      if (as === undefined && mediaType === PROTOBUF && protobuf !== 'all') continue
      if (as !== null) return { mediaType, as, pretty: wantsPretty || clause.parameters['pretty'] === '1' }
    }
  }
  const possible = watch ? ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'] : ALL
  throw notAcceptable(`only the following media types are accepted: ${possible.join(', ')}`)
}

/** Whether the routing, which comes before the choice and does not know `application/*`, lets a clause through. */
const isRoutable = ({ mediaType }: AcceptClause): boolean => mediaType === '*/*' || (ALL as readonly string[]).includes(mediaType)

const notRoutable = (): StatusError =>
  failure(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${ALL.join(', ')}`, {})

/** The form that a clause asks for: undefined for the plain object, null for one that cannot be had. */
function transformationOf({ parameters }: AcceptClause, mediaType: ObjectMediaType, watch: boolean): Transformation | undefined | null {
  const { as, g = '', v = '', stream } = parameters
  if (stream !== undefined && stream !== '' && (stream !== 'watch' || !watch)) return null
  if (as === undefined && g === '' && v === '') return undefined
  if (as === undefined || !KINDS.has(as) || g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) return null
  // Tables have no protobuf form: their cells are of any type.
  if (as === 'Table' && mediaType === PROTOBUF) return null
  return { kind: as as Transformation['kind'], version: v }
}

/** The media type of a refusal: what the client would take as it is, otherwise JSON, since a refusal is not hidden behind another. */
export function mediaTypeOfRefusal(accept: string | undefined): ObjectMediaType {
  for (const clause of parseAccept(accept ?? '')) {
    const found = ALL.find((mediaType) => isAskedFor(mediaType, clause) && transformationOf(clause, mediaType, false) === undefined)
    if (found !== undefined) return found
  }
  return ALL[0]!
}

/** The forms of discovery: an APIGroupDiscoveryList of one of its versions, or undefined for the documents of old. Throws 406. */
export function negotiateDiscovery(accept: string | undefined): 'v2' | 'v2beta1' | undefined {
  if (accept === undefined || accept.trim() === '') return undefined
  for (const clause of parseAccept(accept)) {
    const { as, g, v } = clause.parameters
    if (!isAskedFor('application/json', clause)) continue
    if (as === undefined && g === undefined && v === undefined) return undefined
    if (as === 'APIGroupDiscoveryList' && g === 'apidiscovery.k8s.io' && (v === 'v2' || v === 'v2beta1')) return v
  }
  throw notAcceptable(`only the following media types are accepted: ${ALL.join(', ')}`)
}
