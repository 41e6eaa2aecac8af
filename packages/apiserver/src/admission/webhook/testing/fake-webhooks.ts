import type { KubeObject } from '@kubetape/apimachinery'
import type { AdmissionPlugin } from '../../admission.ts'
import { TestServer, type TestServerOptions } from '../../../testing/test-server.ts'
import { mutatingWebhooks } from '../mutating-webhooks.ts'
import { validatingWebhooks } from '../validating-webhooks.ts'
import type { WebhookAnswer, WebhookTarget, WebhookTransport } from '../webhook-transport.ts'

/** What an AdmissionReview asks, as far as tests look at it. */
export interface ReviewRequest {
  readonly uid: string
  readonly operation: string
  readonly object: KubeObject | null
  readonly oldObject: KubeObject | null
  readonly [field: string]: unknown
}

/** What a webhook of a test answers: the response without its uid, or everything itself. */
export type FakeAnswer = { readonly response: object } | WebhookAnswer | Promise<never>

/** Webhooks of a test by their paths; what they were asked gathers in `asked`. */
export class FakeWebhooks implements WebhookTransport {
  readonly asked: { readonly path: string; readonly target: WebhookTarget; readonly request: ReviewRequest }[] = []
  readonly #answers: Readonly<Record<string, (request: ReviewRequest) => FakeAnswer>>

  constructor(answers: Readonly<Record<string, (request: ReviewRequest) => FakeAnswer>>) {
    this.#answers = answers
  }

  async post(target: WebhookTarget, body: string): Promise<WebhookAnswer> {
    const path = target.path.replace(/\?.*/, '')
    const { apiVersion, request } = JSON.parse(body) as { apiVersion: string; request: ReviewRequest }
    this.asked.push({ path, target, request })
    const answer = await this.#answers[path]!(request)
    if (!('response' in answer)) return answer
    return { code: 200, body: JSON.stringify({ kind: 'AdmissionReview', apiVersion, response: { uid: request.uid, ...answer.response } }) }
  }

  close(): void {
    this.asked.length = 0
  }
}

export const allow = (): FakeAnswer => ({ response: { allowed: true } })
export const patch = (...operations: object[]): FakeAnswer => ({
  response: { allowed: true, patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(operations)).toString('base64') },
})

/** A webhook about ConfigMaps that listens at `https://hooks.example/NAME`. */
export const webhook = (name: string, more: object = {}): object => ({
  name: `${name}.example.com`,
  clientConfig: { url: `https://hooks.example/${name}` },
  rules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  ...more,
})

/** A server with both webhook plugins, `others` before them. */
export function startWithWebhooks(
  fake: FakeWebhooks,
  others: readonly AdmissionPlugin[] = [],
  options: TestServerOptions = {},
): Promise<TestServer> {
  return TestServer.start({
    ...options,
    webhooks: fake,
    plugins: (_storage, _clock, environment) => [...others, mutatingWebhooks(environment), validatingWebhooks(environment)],
  })
}

/** Makes one configuration of these webhooks. */
export async function configure(server: TestServer, kind: 'mutating' | 'validating', ...webhooks: object[]): Promise<void> {
  const { code, body } = await server.create(`admissionregistration.k8s.io/v1/${kind}webhookconfigurations`, {
    metadata: { name: kind },
    webhooks,
  })
  if (code !== 201) throw new Error(`Cannot configure the webhooks of a test: ${body.message}`)
}
