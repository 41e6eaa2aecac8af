import type { IncomingMessage, ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { AuditRecord, Auditor, ReceivedRequest } from '../audit/auditor.ts'
import { auditAs } from '../audit/audit-of.ts'
import { isStatusError } from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import { accessAttributes } from '../auth/access-attributes.ts'
import type { Authentication } from '../auth/authentication.ts'
import { type AccessAttributes, type Authorizer, CannotJudge, type Decision, refusalOf } from '../auth/authorizer.ts'
import { impersonate } from '../auth/impersonation.ts'
import type { FlowControl, Seat } from '../flow-control/flow-control.ts'
import type { UserInfo } from '../registry/strategy.ts'
import type { RequestInfo } from '../request/request-info.ts'
import type { Ending } from './ending.ts'
import { warningValue } from './warning-headers.ts'

export interface RequestGateOptions {
  readonly authentication: Authentication
  readonly authorizer: Authorizer
  /** Read for each request: AuthorizeWithSelectors. */
  readonly gates: Gates
  /** Default: nothing is audited. */
  readonly auditor?: Auditor
  /** Default: everything is served at once. */
  readonly flowControl?: FlowControl
}

/** A request that has come in. */
export interface Arrival {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly info: RequestInfo
  readonly query: URLSearchParams
  readonly auditId: string
  readonly ending: Ending
}

/** A request that may be served. */
export interface Entry {
  /** As whom: who was authenticated, or whom they impersonate. */
  readonly user: UserInfo
  readonly audit: AuditRecord | undefined
  /** Lets the next request have its place before the answer is complete: a watch has sent what it begins with. */
  readonly release: () => void
}

/**
 * What every request passes before it is served, in upstream's order: authentication, audit, impersonation, priority and fairness, authorization.
 * Throws what refuses it: 401, 403, 429.
 */
export class RequestGate {
  readonly #options: RequestGateOptions

  constructor(options: RequestGateOptions) {
    this.#options = options
  }

  async enter(arrival: Arrival): Promise<Entry> {
    const { authentication, authorizer, auditor, gates } = this.#options
    const { request, response, info, ending } = arrival
    const annotations: [string, string][] = []
    let authenticated: UserInfo
    try {
      authenticated = await authentication.authenticate(request, info.path, {
        warn: (text) => response.appendHeader('warning', warningValue(text)),
        annotate: (key, value) => annotations.push([key, value]),
      })
    } catch (error) {
      auditor?.unauthenticated(receivedRequest(arrival), triedMethods(request))
      throw error
    }
    const audit = auditor?.received({ ...receivedRequest(arrival), user: authenticated })
    for (const [key, value] of annotations) audit?.annotate(key, value)
    if (audit !== undefined) {
      auditAs(response, audit)
      ending.on(() => audit.completed(response.headersSent ? response.statusCode : undefined))
    }
    try {
      const judged = impersonate(authenticated, request.rawHeaders, authorizer)
      const user = judged instanceof Promise ? await judged : judged
      if (user !== authenticated) audit?.impersonated(user)
      const seat = this.#seat(arrival, user)
      const release = this.#hold(arrival, seat instanceof Promise ? await seat : seat)
      const attributes = accessAttributes(arrival, user, gates)
      const decision = authorizer.authorize(attributes)
      judge(attributes, decision instanceof Promise ? await decision : decision, audit)
      return { user, audit, release }
    } catch (error) {
      // Upstream says so of these refusals and of no other answer.
      if (isStatusError(error) && error.status.code === 403) response.setHeader('x-content-type-options', 'nosniff')
      throw error
    }
  }

  #seat({ info, query, ending }: Arrival, user: UserInfo): Seat | Promise<Seat> {
    const { flowControl } = this.#options
    if (flowControl === undefined) return FREE_SEAT
    const limit = Number(query.get('limit') ?? Number.NaN)
    return flowControl.admit({
      user,
      info,
      onGone: (listener) => ending.on(listener),
      ...(Number.isInteger(limit) ? { limit } : {}),
    })
  }

  /** Gives the seat back once, at the latest when the exchange is over. */
  #hold({ response, ending }: Arrival, seat: Seat): () => void {
    for (const name in seat.headers) response.setHeader(name, seat.headers[name]!)
    let held = true
    const release = (): void => {
      if (held) seat.release()
      held = false
    }
    ending.on(release)
    return release
  }
}

/** Where everything is served at once. */
const FREE_SEAT: Seat = { headers: {}, release: () => undefined }

/** Throws the refusal of what was not allowed. */
function judge(attributes: AccessAttributes, decision: Decision, audit: AuditRecord | undefined): void {
  if (decision.verdict !== 'allow' && decision.error !== undefined) {
    audit?.annotate('authorization.k8s.io/reason', 'internal error')
    throw new CannotJudge(decision.error)
  }
  audit?.annotate('authorization.k8s.io/decision', decision.verdict === 'allow' ? 'allow' : 'forbid')
  audit?.annotate('authorization.k8s.io/reason', decision.reason)
  if (decision.verdict !== 'allow') throw refusalOf(attributes, decision)
}

function receivedRequest({ request, info, auditId }: Arrival): Omit<ReceivedRequest, 'user'> {
  return { auditId, info, uri: request.url ?? '/', sourceIps: sourceIps(request), userAgent: request.headers['user-agent'] ?? '' }
}

/** The client as proxies tell of it, the proxies, and who is connected. */
function sourceIps({ headers, socket }: IncomingMessage): string[] {
  const told = [headers['x-forwarded-for'], headers['x-real-ip']].flat().flatMap((one) => (one ?? '').split(','))
  const remote = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  return [...new Set([...told.map((one) => one.trim()).filter((one) => isIP(one) !== 0), remote])].filter((one) => one !== '')
}

/** Which credentials a request had, as the audit log names them. */
function triedMethods({ headers, socket }: IncomingMessage): string {
  const [scheme = ''] = (headers.authorization ?? '').trim().toLowerCase().split(' ')
  const hasCertificate = 'getPeerCertificate' in socket && Object.keys((socket as TLSSocket).getPeerCertificate()).length > 0
  return [...(scheme === 'bearer' || scheme === 'basic' ? [scheme] : []), ...(hasCertificate ? ['x509'] : [])].join(', ')
}
