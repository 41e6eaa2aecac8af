import type { WebhookConversion } from '@kubetape/api/types/apiextensions/v1'
import {
  cloneJson,
  failure,
  formatGroupVersion,
  type GroupVersionKind,
  isJsonObject,
  type KubeObject,
  parseExactJson,
  printExactJson,
} from '@kubetape/apimachinery'
import type { UidSource } from '@kubetape/determinism'
import type { WebhookPost } from '../admission/webhook/webhook-post.ts'

/** Upstream waits this long for a conversion. */
const CONVERSION_SECONDS = 30
/** The versions of ConversionReview that are spoken. */
const SPOKEN = ['v1', 'v1beta1']

/** What a webhook is asked with. */
export interface ConverterEnvironment {
  readonly webhooks: Pick<WebhookPost, 'post'>
  readonly uids: UidSource
}

interface ConversionReview {
  readonly apiVersion?: string
  readonly kind?: string
  readonly response?: {
    readonly uid?: string
    readonly convertedObjects?: readonly KubeObject[]
    readonly result?: { readonly status?: string; readonly message?: string }
  }
}

/** Converts objects by asking the definition's webhook, all of a request at once (API reference, ConversionReview). */
export class WebhookConverter {
  readonly #config: Readonly<WebhookConversion>
  readonly #kind: string
  readonly #environment: ConverterEnvironment

  constructor(config: Readonly<WebhookConversion>, kind: string, environment: ConverterEnvironment) {
    this.#config = config
    this.#kind = kind
    this.#environment = environment
  }

  /** The objects in another version, in their order; those that have it already are not sent. Throws 500 with upstream's words. */
  async convert(objects: readonly Readonly<KubeObject>[], desired: GroupVersionKind): Promise<KubeObject[]> {
    const apiVersion = formatGroupVersion(desired)
    const foreign = objects.filter((one) => one.apiVersion !== apiVersion)
    if (foreign.length === 0) return [...objects]
    const said = objects.length === 1 ? kindText(objects[0]!) : `${formatGroupVersion(desired)}, Kind=${this.#kind}List`
    const answered = await this.#ask(foreign, apiVersion, said)
    if (answered.length !== foreign.length)
      throw refusal(`conversion webhook for ${said} returned ${answered.length} objects, expected ${foreign.length}`)
    const converted = answered.map((one, at) => {
      const wrong = differences(foreign[at]!, one, apiVersion)
      if (wrong !== undefined) throw refusal(`conversion webhook for ${said} returned invalid converted object at index ${at}: ${wrong}`)
      return withOwnMetadata(foreign[at]!, one)
    })
    let next = 0
    return objects.map((one) => (one.apiVersion === apiVersion ? one : converted[next++]!))
  }

  async #ask(objects: readonly Readonly<KubeObject>[], desiredAPIVersion: string, said: string): Promise<readonly KubeObject[]> {
    const fail = (why: string): Error => refusal(`conversion webhook for ${said} failed: ${why}`)
    const { webhooks, uids } = this.#environment
    const version = this.#config.conversionReviewVersions.find((one) => SPOKEN.includes(one)) ?? 'v1'
    const apiVersion = `apiextensions.k8s.io/${version}`
    const uid = uids.next()
    let answer: string
    try {
      const review = { kind: 'ConversionReview', apiVersion, request: { uid, desiredAPIVersion, objects } }
      answer = await webhooks.post(this.#config.clientConfig!, CONVERSION_SECONDS, printExactJson(review))
    } catch (error) {
      throw fail((error as Error).message)
    }
    const review = parsed(answer)
    if (review === undefined) throw fail('the response could not be decoded as a ConversionReview')
    if (review.apiVersion !== apiVersion || review.kind !== 'ConversionReview')
      throw fail(
        `expected webhook response of ${apiVersion}, Kind=ConversionReview, got ${review.apiVersion ?? ''}, Kind=${review.kind ?? ''}`,
      )
    return objectsOf(review, uid, fail)
  }
}

function objectsOf({ response }: ConversionReview, uid: string, fail: (why: string) => Error): readonly KubeObject[] {
  if (!isJsonObject(response)) throw fail('no response provided')
  if (response.uid !== uid) throw fail(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`)
  const { status = '', message } = response.result ?? {}
  if (status !== 'Success') throw fail(message || `response.result.status was '${status}', not 'Success'`)
  const { convertedObjects = [] } = response
  return Array.isArray(convertedObjects) ? (convertedObjects as readonly KubeObject[]) : []
}

function parsed(text: string): ConversionReview | undefined {
  try {
    const value = parseExactJson(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Upstream answers these as plain errors, which become 500 without a reason. */
const refusal = (message: string): Error => failure(500, undefined, message)

const kindText = ({ apiVersion = '', kind = '' }: Readonly<KubeObject>): string => `${apiVersion}, Kind=${kind}`

/** What a webhook may not change. */
function differences(before: Readonly<KubeObject>, after: unknown, apiVersion: string): string | undefined {
  if (!isJsonObject(after)) return 'it is no object'
  const { kind, apiVersion: version = '', metadata } = after as KubeObject
  if (version !== apiVersion) return `invalid groupVersion (expected ${apiVersion}, received ${version})`
  if (kind !== before.kind) return `invalid kind (expected ${before.kind}, received ${kind ?? ''})`
  for (const field of ['name', 'namespace', 'uid'] as const) {
    const [old, now] = [before.metadata?.[field] ?? '', metadata?.[field] ?? '']
    if (old !== now) return `must have the same ${field === 'uid' ? 'UID' : field}: ${JSON.stringify(old)} != ${JSON.stringify(now)}`
  }
  return undefined
}

/** All of metadata stays what it was but for labels and annotations. */
function withOwnMetadata(before: Readonly<KubeObject>, after: KubeObject): KubeObject {
  const { labels, annotations } = after.metadata ?? {}
  const metadata = { ...cloneJson(before.metadata ?? {}) }
  if (labels === undefined) delete metadata.labels
  else metadata.labels = labels
  if (annotations === undefined) delete metadata.annotations
  else metadata.annotations = annotations
  return { ...after, metadata }
}
