import type { Kind, KubeObject, ObjectMeta } from '@kubetape/apimachinery'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { AdmissionRequest } from '../webhook/admission-request.ts'
import { type Webhook, type WebhookCall, WebhookRouter } from '../webhook/webhook-router.ts'
import { WebhookMetrics } from '../webhook/webhook-metrics.ts'

export interface Widget extends KubeObject {
  metadata: ObjectMeta
  spec: { size?: number; color?: string }
}
export interface OldWidget extends KubeObject {
  metadata: ObjectMeta
  spec: { width?: string }
}
const gr = { group: 'example.com', kind: 'Widget', resource: 'widgets', namespaced: true }
export const Widget: Kind<Widget> = { ...gr, version: 'v2' }
export const OldWidget: Kind<OldWidget> = { ...gr, version: 'v1' }

export const widget = (spec: Widget['spec']): Widget => ({
  apiVersion: 'example.com/v2',
  kind: 'Widget',
  metadata: { name: 'one', namespace: 'default' },
  spec,
})

/** What an answer says, as tests look at it. */
export interface ReviewAnswer {
  readonly uid: string
  readonly allowed: boolean
  readonly status?: { code: number; message: string; reason?: string }
  readonly patch?: string
  readonly patchType?: string
  readonly warnings?: string[]
  readonly auditAnnotations?: Record<string, string>
  readonly result?: { status: string; message?: string }
  readonly convertedObjects?: KubeObject[]
}

/** Asks webhooks on virtual time, without a server; what they log and measure gathers. */
export class ReviewBench {
  readonly clock = new VirtualClock()
  readonly lines: { level: string; message: string; [field: string]: unknown }[] = []
  readonly measured: string[] = []
  readonly gauges = new Map<string, () => number>()
  readonly router: WebhookRouter

  constructor(...webhooks: Webhook[]) {
    const at =
      (fields: object, level: string) =>
      (message: string, more: object = {}): void =>
        void this.lines.push({ level, message, ...fields, ...more })
    const labelled =
      (name: string) =>
      (labels: Record<string, string>, value = 1): void =>
        void this.measured.push(`${name} ${Object.values(labels).join(' ')} ${value}`.replace(/ +/g, ' '))
    this.router = new WebhookRouter(webhooks, {
      clock: this.clock,
      log: (fields) => ({ debug: at(fields, 'debug'), info: at(fields, 'info'), warn: at(fields, 'warn'), error: at(fields, 'error') }),
      metrics: new WebhookMetrics({
        counter: ({ name }) => ({ with: (labels) => ({ inc: () => labelled(name)(labels) }) }),
        gauge: () => ({ read: ({ webhook }, read) => void this.gauges.set(webhook!, read) }),
        histogram: ({ name }) => ({ with: (labels) => ({ observe: (value) => labelled(name)(labels, value) }) }),
      }),
    })
  }

  /** Sends a body as it is. */
  async send(path: string, body: string | undefined, more: Partial<WebhookCall> = {}): Promise<{ code: number; body: unknown }> {
    const signal = new AbortController().signal
    const { code, body: text } = await this.router.answer({ method: 'POST', path, contentType: 'application/json', body, signal, ...more })
    return { code, body: JSON.parse(text) as unknown }
  }

  /** Asks about a Widget. */
  async admit(path: string, request: Partial<AdmissionRequest>, more: Partial<WebhookCall> = {}): Promise<ReviewAnswer> {
    const { version, kind, group, resource } = Widget
    const all = {
      uid: 'u1',
      kind: { group, version, kind },
      resource: { group, version, resource },
      name: 'one',
      namespace: 'default',
      operation: 'CREATE',
      userInfo: { username: 'jane' },
      object: null,
      oldObject: null,
      ...request,
    }
    const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: all }
    const answer = await this.send(path, JSON.stringify(review), more)
    return (answer.body as { response: ReviewAnswer }).response
  }

  async convert(desiredAPIVersion: string, ...objects: KubeObject[]): Promise<ReviewAnswer> {
    const review = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', request: { uid: 'u2', desiredAPIVersion, objects } }
    const answer = await this.send('/convert', JSON.stringify(review))
    return (answer.body as { response: ReviewAnswer }).response
  }
}

/** The operations of an answer. */
export const patchOf = ({ patch }: ReviewAnswer): unknown => (patch === undefined ? undefined : JSON.parse(atob(patch)))
