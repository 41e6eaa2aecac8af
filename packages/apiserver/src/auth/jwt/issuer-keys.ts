import { request } from 'node:https'
import type { Clock } from '@kubetape/determinism'
import type { JSONWebKeySet } from 'jose'
import { AuthenticationError } from '../authenticator.ts'
import type { JwtConfig } from './jwt-config.ts'

/** An issuer is asked for its keys at most once in this time, however many tokens name a key that it does not have. */
const AGAIN_MS = 10_000
/** From the first byte that is sent to the last one that comes back. */
const TIMEOUT_MS = 30_000
const ANSWER_BYTES_MAX = 1024 * 1024

/** Reads JSON from a URL over HTTPS. Rejects with an Error that says what went wrong, and with the signal's reason when that aborts. */
export type ReadJson = (url: string, ca: string | undefined, signal: AbortSignal) => Promise<unknown>

/** The keys of one issuer, as OpenID Connect Discovery publishes them. */
export class IssuerKeys {
  readonly #issuer: JwtConfig['issuer']
  readonly #clock: Clock
  readonly #read: ReadJson
  #keys: Promise<JSONWebKeySet> | undefined
  #askedMs = Number.NEGATIVE_INFINITY

  constructor(issuer: JwtConfig['issuer'], clock: Clock, read: ReadJson = readJson) {
    this.#issuer = issuer
    this.#clock = clock
    this.#read = read
  }

  /** The keys as they are known; `anew`: asked for again, unless that was a moment ago. Throws an AuthenticationError when the issuer cannot be asked. */
  async keys(anew: boolean): Promise<JSONWebKeySet> {
    const now = this.#clock.monotonicMs()
    if (this.#keys === undefined || (anew && now - this.#askedMs >= AGAIN_MS)) {
      this.#askedMs = now
      const asked = this.#ask()
      this.#keys = asked
      asked.catch(() => {
        // The next token tries again.
        if (this.#keys === asked) this.#keys = undefined
      })
    }
    try {
      return await this.#keys
    } catch (error) {
      throw new AuthenticationError(`oidc: authenticator not initialized: ${(error as Error).message}`, { cause: error })
    }
  }

  async #ask(): Promise<JSONWebKeySet> {
    const { url, discoveryURL, certificateAuthority: ca } = this.#issuer
    const document = (await this.#readInTime(discoveryURL || `${url.replace(/\/$/, '')}/.well-known/openid-configuration`, ca)) as {
      issuer?: unknown
      jwks_uri?: unknown
    }
    if (document.issuer !== url)
      throw new Error(
        `oidc: issuer did not match the issuer returned by provider, expected ${JSON.stringify(url)} got ${JSON.stringify(document.issuer)}`,
      )
    if (typeof document.jwks_uri !== 'string') throw new Error('oidc: the provider names no jwks_uri')
    return (await this.#readInTime(document.jwks_uri, ca)) as JSONWebKeySet
  }

  /** An issuer that answers byte after byte is given up as one that does not answer: tokens wait for it. */
  async #readInTime(url: string, ca: string | undefined): Promise<unknown> {
    const late = new AbortController()
    const timer = this.#clock.setTimer(() => late.abort(new Error(`${url} did not answer in time`)), TIMEOUT_MS)
    try {
      return await this.#read(url, ca, late.signal)
    } finally {
      timer.cancel()
    }
  }
}

const readJson: ReadJson = (url, ca, signal) =>
  new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(signal.aborted ? (signal.reason as Error) : error)
    const asked = request(url, { ...(ca === undefined ? {} : { ca }), signal, headers: { accept: 'application/json' } }, (answer) => {
      const parts: Buffer[] = []
      let size = 0
      answer.on('data', (part: Buffer) => {
        size += part.length
        if (size > ANSWER_BYTES_MAX) asked.destroy(new Error(`the answer of ${url} is too large`))
        else parts.push(part)
      })
      answer.on('error', fail)
      answer.on('end', () => {
        try {
          if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}`)
          resolve(JSON.parse(Buffer.concat(parts).toString('utf8')))
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)))
        }
      })
    })
    asked.on('error', fail)
    asked.end()
  })
