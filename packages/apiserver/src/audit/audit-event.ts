import { formatMicroTime, type KubeObject, printExactJson, type Status } from '@kubetape/apimachinery'
import type { Clock } from '@kubetape/determinism'
import { userInfoAnswer } from '../registry/authentication/user-info.ts'
import { BodyText } from '../registry/body.ts'
import type { UserInfo } from '../registry/strategy.ts'
import type { AuditLog } from './audit-log.ts'
import type { AuditRecord, ReceivedRequest } from './auditor.ts'
import { type AuditDecision, type AuditStage, LEVELS } from './policy.ts'

export interface AuditEventOptions {
  readonly request: ReceivedRequest & { readonly receivedMs: number }
  readonly decision: AuditDecision
  readonly log: AuditLog
  readonly clock: Clock
}

/** What of a Status is logged. */
type AuditedStatus = Partial<Omit<Status, 'kind' | 'apiVersion'>>

/** What had happened when a client went before it was answered: upstream calls it a success. */
const CLOSED_EARLY: AuditedStatus = { metadata: {}, status: 'Success', message: 'Connection closed early', code: 200 }

/** One request on its way: an event of the audit log (audit.k8s.io/v1 Event) for each stage that the policy wants. */
export class AuditEvent implements AuditRecord {
  readonly #options: AuditEventOptions
  readonly #annotations = new Map<string, string>()
  #impersonated: UserInfo | undefined
  #requestObject: unknown
  #responseObject: unknown
  #status: AuditedStatus | undefined
  /** What the object said of itself that the path does not. */
  #named: { name?: string; namespace?: string; uid?: string; resourceVersion?: string } = {}
  #isComplete = false

  constructor(options: AuditEventOptions) {
    this.#options = options
  }

  get wantsResponse(): boolean {
    return this.#options.decision.level === 'RequestResponse'
  }

  received(): void {
    this.#write('RequestReceived')
  }

  refusedAsNobody(tried: string): void {
    this.#status = { metadata: {}, status: 'Failure', message: `Authentication failed, attempted: ${tried}`, code: 401 }
    this.#write('ResponseStarted')
  }

  impersonated(user: UserInfo): void {
    this.#impersonated = user
  }

  requestObject(body: unknown): void {
    const value = parsed(body)
    if (isObject(value)) {
      const { name, namespace, uid, resourceVersion } = (value as KubeObject).metadata ?? {}
      this.#named = { ...texts({ name, namespace, uid, resourceVersion }) }
    }
    if (LEVELS.indexOf(this.#options.decision.level) >= LEVELS.indexOf('Request')) this.#requestObject = this.#bare(value)
  }

  responseObject(json: Uint8Array): void {
    if (this.wantsResponse) this.#responseObject = this.#bare(parsed(new BodyText(Buffer.from(json).toString('utf8'))))
  }

  annotate(key: string, value: string): void {
    if (!this.#annotations.has(key)) this.#annotations.set(key, value)
  }

  started(code: number): void {
    this.#status ??= { metadata: {}, code }
    this.#write('ResponseStarted')
  }

  answeredStatus({ status, message, reason, details, code }: Status): void {
    this.#status = {
      metadata: {},
      ...(status === undefined ? {} : { status }),
      ...(message === undefined ? {} : { message }),
      ...(reason === undefined ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      ...(code === undefined ? {} : { code }),
    }
    if (this.wantsResponse) this.#responseObject ??= { kind: 'Status', apiVersion: 'v1', ...this.#status }
  }

  completed(code: number | undefined): void {
    if (this.#isComplete) return
    this.#isComplete = true
    this.#status = code === undefined ? (this.#status ?? CLOSED_EARLY) : { metadata: {}, ...this.#status, code }
    this.#write('ResponseComplete')
  }

  #write(stage: AuditStage): void {
    const { request, decision, log, clock } = this.#options
    if (decision.omitStages.has(stage)) return
    const { info } = request
    const event = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: decision.level,
      auditID: request.auditId,
      stage,
      requestURI: request.uri,
      verb: info.verb,
      user: userInfoAnswer(request.user),
      impersonatedUser: this.#impersonated === undefined ? undefined : userInfoAnswer(this.#impersonated),
      sourceIPs: request.sourceIps,
      userAgent: request.userAgent || undefined,
      objectRef: info.isResource ? this.#reference(info) : undefined,
      responseStatus: this.#status,
      requestObject: this.#requestObject,
      responseObject: this.#responseObject,
      requestReceivedTimestamp: formatMicroTime(request.receivedMs),
      stageTimestamp: formatMicroTime(clock.wallMs()),
      annotations:
        this.#annotations.size === 0 ? undefined : Object.fromEntries([...this.#annotations].sort(([a], [b]) => (a < b ? -1 : 1))),
    }
    log.write(printExactJson(event))
  }

  #reference(info: Extract<ReceivedRequest['info'], { isResource: true }>): object {
    return texts({
      resource: info.resource,
      namespace: info.namespace || this.#named.namespace,
      name: info.name || this.#named.name,
      uid: this.#named.uid,
      apiGroup: info.group,
      apiVersion: info.version,
      resourceVersion: this.#named.resourceVersion,
      subresource: info.subresource,
    })
  }

  /** The object, or the list, without managed fields where the policy leaves them out. */
  #bare(value: unknown): unknown {
    if (!this.#options.decision.omitManagedFields || !isObject(value)) return value
    const { items } = value as { items?: unknown }
    const whole = withoutManagedFields(value)
    return Array.isArray(items)
      ? { ...whole, items: items.map((item) => (isObject(item) ? withoutManagedFields(item) : (item as unknown))) }
      : whole
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)

function withoutManagedFields(value: object): object {
  const { metadata } = value as { metadata?: unknown }
  if (!isObject(metadata) || !('managedFields' in metadata)) return value
  const { managedFields: _, ...rest } = metadata as Record<string, unknown>
  return { ...value, metadata: rest }
}

/** Members that are texts and not empty. */
function texts(members: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => typeof value === 'string' && value !== '')) as Record<
    string,
    string
  >
}

/** A body as JSON; undefined where it is none. */
function parsed(body: unknown): unknown {
  if (!(body instanceof BodyText)) return body
  try {
    return JSON.parse(body.text) as unknown
  } catch {
    return undefined
  }
}
