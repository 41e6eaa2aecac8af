import { join } from 'node:path'
import { newSigningKeyPem, newSigningKeyPemSync, readSigningKey, type SigningKey, SigningKeys } from '@kubetape/apiserver'
import { ControlPlaneOptionError } from './option-error.ts'
import { readFileIfAny, writePrivateFile } from './private-file.ts'

/** Keys that are kept: the oldest ones go when there are more, and with them the last tokens that they signed. */
const KEYS_MAX = 10
const FILE = 'service-account-keys.json'

/** Whose tokens service accounts have, and how long those live. */
export interface ServiceAccountOptions {
  /** Default https://kubernetes.default.svc.cluster.local; tokens of the further ones are believed too. */
  readonly issuers?: readonly string[]
  /** PEM text of the private key that signs. Default: one that is kept in the data folder. */
  readonly signingKey?: string
  /** PEM texts of more keys, public or private, whose tokens are believed. */
  readonly keys?: readonly string[]
  /** Makes a new signing key at this start; tokens of the old ones stay good. Default false. */
  readonly rotateKey?: boolean
  /** The longest life of a token that is asked for, in seconds. Default: what is asked for. */
  readonly tokenExpirationMaxSeconds?: number
  /** Tokens of Pods' volumes live a year, and their late use is noted in the audit log. Default true. */
  readonly extendsTokenExpiration?: boolean
  /** Where others find the keys. Default: on this server. */
  readonly jwksUri?: string
  /** PEM text that Secrets with tokens get as `ca.crt`. Default: none, as kube-controller-manager without `--root-ca-file`. */
  readonly secretCa?: string
}

interface KeptKeys {
  /** Private keys (PEM), the newest first. */
  readonly keys: readonly string[]
}

export interface KeyFolder {
  /** Where keys are kept. Default: nowhere. */
  readonly folder?: string | undefined
  /** Whether anything is served at all: if not, a key is made only when it is needed. */
  readonly wanted: boolean
}

/**
 * The keys of service account tokens, kept in `folder` so that tokens outlive restarts; only their owner can read them. Throws a ControlPlaneOptionError
 * for a key that cannot be used.
 */
export async function prepareServiceAccountKeys(options: ServiceAccountOptions, { folder, wanted }: KeyFolder): Promise<SigningKeys> {
  const { signs, more } = givenKeys(options)
  if (signs !== undefined) return new SigningKeys([signs, ...more])
  const file = folder === undefined ? undefined : join(folder, FILE)
  const kept = file === undefined ? [] : readKept(file)
  if (kept.length > 0 && options.rotateKey !== true) return new SigningKeys([...kept.map((pem) => readKey(pem)), ...more])
  const withNew = (pem: string): SigningKey[] => {
    const now = [pem, ...kept].slice(0, KEYS_MAX)
    if (file !== undefined) writePrivateFile(file, `${JSON.stringify({ keys: now } satisfies KeptKeys)}\n`)
    return [...now.map((one) => readKey(one)), ...more]
  }
  return new SigningKeys(wanted ? withNew(await newSigningKeyPem()) : () => withNew(newSigningKeyPemSync()))
}

/** The keys that options bring. Throws a ControlPlaneOptionError for one that cannot be used. */
export function givenKeys({ signingKey, keys = [] }: ServiceAccountOptions): {
  readonly signs: SigningKey | undefined
  readonly more: readonly SigningKey[]
} {
  const more = keys.map((pem) => readKey(pem))
  const signs = signingKey === undefined ? undefined : readKey(signingKey)
  if (signs !== undefined && signs.privateKey === undefined)
    throw new ControlPlaneOptionError(
      'Cannot use the signing key of service account tokens: it is a public key, and only a private one signs',
    )
  return { signs, more }
}

function readKept(file: string): readonly string[] {
  const text = readFileIfAny(file)
  if (text === undefined) return []
  try {
    return (JSON.parse(text) as KeptKeys).keys
  } catch {
    // NOTE: the parser's own message would show part of a private key.
    throw new Error(`Cannot read "${file}": it is no JSON; delete it to get a new key, which ends all tokens of service accounts`)
  }
}

function readKey(pem: string): SigningKey {
  try {
    return readSigningKey(pem)
  } catch (error) {
    throw new ControlPlaneOptionError(`Cannot use a key of service account tokens: ${(error as Error).message}`)
  }
}
