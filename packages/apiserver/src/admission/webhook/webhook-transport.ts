/** Where a webhook listens, and how it proves to be the right one. */
export interface WebhookTarget {
  readonly host: string
  readonly port: number
  /** The name that its certificate is for. */
  readonly serverName: string
  /** PEM text of the certificates that it is verified with; undefined: those that the machine trusts. */
  readonly ca: string | undefined
  readonly path: string
}

export interface WebhookAnswer {
  readonly code: number
  readonly body: string
}

/** The answer of a webhook may have so many bytes: an object with its patch is never larger. */
export const WEBHOOK_ANSWER_BYTES_MAX = 3 << 20

/**
 * How webhooks are reached. `post` sends JSON and answers what came back, whatever its code; redirects are not followed. Rejects with an Error whose
 * message is what upstream's client says (`dial tcp 10.0.0.1:443: connect: connection refused`), and when the signal aborts.
 */
export interface WebhookTransport {
  post(target: WebhookTarget, body: string, signal: AbortSignal): Promise<WebhookAnswer>
  /** Closes connections that are kept open. */
  close(): void
}
