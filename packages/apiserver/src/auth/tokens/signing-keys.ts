import { createHash, createPrivateKey, createPublicKey, generateKeyPair, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'

const MODULUS_BITS = 2048

/** A public key as it is published (RFC 7517). */
export interface PublishedKey {
  readonly use: 'sig'
  readonly kty: string
  readonly kid: string
  readonly alg: string
  readonly [parameter: string]: string
}

/** A key that tokens are believed by, and signed with where its private half is there. */
export interface SigningKey {
  readonly id: string
  readonly algorithm: 'RS256' | 'ES256' | 'ES384' | 'ES512'
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject | undefined
}

/**
 * The keys of service account tokens: the first signs, all of them verify, so that tokens outlive a new key.
 *
 * NOTE: signing is synchronous, because controllers do it in a reading of their own (see `serviceAccountTokenController`), which cannot wait. It takes
 * about a millisecond.
 */
export class SigningKeys {
  readonly #make: () => readonly SigningKey[]
  #keys: readonly SigningKey[] | undefined

  /** A function is called when keys are first needed. Default: one key is made then. */
  constructor(keys: readonly SigningKey[] | (() => readonly SigningKey[]) = () => [readSigningKey(newSigningKeyPemSync())]) {
    this.#make = typeof keys === 'function' ? keys : () => keys
  }

  get all(): readonly SigningKey[] {
    return (this.#keys ??= this.#make())
  }

  /** A compact JWS of these claims. */
  sign(claims: object): string {
    const key = this.all.find((one) => one.privateKey !== undefined)
    if (key === undefined) throw new Error('Cannot sign a token: there is no private key for service account tokens')
    const signed = `${encoded({ alg: key.algorithm, kid: key.id })}.${encoded(claims)}`
    const signature = sign(digestOf(key.algorithm), Buffer.from(signed), { key: key.privateKey!, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  }

  /** What `/openid/v1/jwks` answers. */
  published(): { readonly keys: readonly PublishedKey[] } {
    return {
      keys: this.all.map(({ publicKey, id, algorithm }) => {
        const { kty, ...rest } = publicKey.export({ format: 'jwk' }) as Record<string, string>
        return { use: 'sig', kty: kty!, kid: id, alg: algorithm, ...rest }
      }),
    }
  }
}

/** Reads a private or public key (PEM, RSA or ECDSA). Throws an Error that says what else the text is. */
export function readSigningKey(pem: string): SigningKey {
  return signingKey(parsedKey(pem))
}

function parsedKey(pem: string): KeyObject {
  try {
    return pem.includes('PRIVATE KEY') ? createPrivateKey(pem) : createPublicKey(pem)
  } catch (error) {
    throw new Error('it is no PEM text of a key', { cause: error })
  }
}

/** A new key, as PEM; made beside the event loop. */
export async function newSigningKeyPem(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: MODULUS_BITS })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
}

/** The same, which takes the time of some hundred requests; for those who cannot wait. */
export function newSigningKeyPemSync(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: MODULUS_BITS })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
}

function signingKey(key: KeyObject): SigningKey {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  // The id is the digest of the key, as upstream makes it.
  const der = publicKey.export({ type: 'spki', format: 'der' })
  const id = createHash('sha256').update(der).digest('base64url')
  return { id, algorithm: algorithmOf(publicKey), publicKey, privateKey: key.type === 'private' ? key : undefined }
}

const CURVES: Readonly<Record<string, SigningKey['algorithm']>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' }

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): SigningKey['algorithm'] {
  const curve = CURVES[asymmetricKeyDetails?.namedCurve ?? '']
  if (asymmetricKeyType === 'rsa') return 'RS256'
  if (asymmetricKeyType === 'ec' && curve !== undefined) return curve
  throw new Error(`its type is "${asymmetricKeyType}", and must be RSA or ECDSA (P-256, P-384, P-521)`)
}

const digestOf = (algorithm: SigningKey['algorithm']): string => `sha${algorithm.slice(2)}`

const encoded = (value: object): string => Buffer.from(JSON.stringify(value), 'utf8').toString('base64url')
