import { parseTime } from './time.ts'

/** The namespace of Secrets with bootstrap tokens, what their names begin with, and their type (Kubernetes documentation, "Bootstrap tokens"). */
export const BOOTSTRAP_TOKEN_NAMESPACE = 'kube-system'
export const BOOTSTRAP_TOKEN_PREFIX = 'bootstrap-token-'
export const BOOTSTRAP_TOKEN_TYPE = 'bootstrap.kubernetes.io/token'

const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/
const GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/
const EVERY_GROUP = 'system:bootstrappers'

/** What of a Secret is looked at. */
export interface BootstrapTokenSecret {
  readonly type?: string
  /** In base64. */
  readonly data?: Readonly<Record<string, string>>
}

/** The two parts of a bootstrap token, `id.secret`; undefined when the text is none. */
export function parseBootstrapToken(text: string): { readonly id: string; readonly secret: string } | undefined {
  const [, id, secret] = TOKEN.exec(text) ?? []
  return id === undefined || secret === undefined ? undefined : { id, secret }
}

/** A bootstrap token as its Secret has it; nothing of it has been checked. */
export class BootstrapToken {
  readonly id: string
  readonly secret: string
  readonly #data: Readonly<Record<string, string>>

  private constructor(data: Readonly<Record<string, string>>) {
    this.#data = data
    this.id = textOf(data, 'token-id')
    this.secret = textOf(data, 'token-secret')
  }

  /** Undefined for a Secret of another type, or without data. */
  static of({ type, data }: BootstrapTokenSecret): BootstrapToken | undefined {
    return type === BOOTSTRAP_TOKEN_TYPE && data !== undefined ? new BootstrapToken(data) : undefined
  }

  /** Whether it may be used so: to authenticate, or to sign what clients without credentials read. */
  mayBeUsedFor(usage: 'authentication' | 'signing'): boolean {
    return textOf(this.#data, `usage-bootstrap-${usage}`) === 'true'
  }

  /** When it expires, in Unix milliseconds: undefined never, and a time that cannot be read was always. */
  get expirationMs(): number | undefined {
    const text = textOf(this.#data, 'expiration')
    if (text === '') return undefined
    try {
      return parseTime(text)
    } catch {
      return -Infinity
    }
  }

  /** The groups of who authenticates with it, sorted; undefined when one of them may not be given so. */
  get groups(): readonly string[] | undefined {
    const more = textOf(this.#data, 'auth-extra-groups')
    const groups = more === '' ? [] : more.split(',')
    return groups.every((group) => GROUP.test(group)) ? [...new Set([EVERY_GROUP, ...groups])].sort() : undefined
  }
}

/** Empty where there is none, or it is no base64. */
function textOf(data: Readonly<Record<string, string>>, key: string): string {
  try {
    return Object.hasOwn(data, key) ? atob(data[key]!) : ''
  } catch {
    return ''
  }
}
