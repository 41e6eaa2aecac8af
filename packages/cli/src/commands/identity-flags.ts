import { readSigningKey } from '@kubetape/apiserver'
import type { ControlPlaneOptions } from '@kubetape/control-plane'
import type { Command } from 'commander'
import { CommandFailed } from '../output.ts'
import { readCertificates } from '../read-certificates.ts'
import { readTextFile } from '../read-text-file.ts'

/** Flags about who clients are, named as kube-apiserver and kube-controller-manager name them. */
export interface IdentityFlags {
  serviceAccountIssuer?: string[]
  serviceAccountKeyFile?: string[]
  serviceAccountSigningKeyFile?: string
  rotateServiceAccountKey?: boolean
  serviceAccountMaxTokenExpiration?: string
  serviceAccountExtendTokenExpiration: string
  serviceAccountJwksUri?: string
  apiAudiences?: string[]
  rootCaFile?: string
}

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]

export function addIdentityFlags(command: Command): Command {
  return command
    .optionsGroup('Tokens of service accounts:')
    .option(
      '--service-account-issuer <url>',
      'issuer of tokens; those of further ones are believed too (default: https://kubernetes.default.svc.cluster.local, repeatable)',
      collect,
    )
    .option('--service-account-key-file <file>', 'keys that tokens may be signed with, beside our own (repeatable)', collect)
    .option('--service-account-signing-key-file <file>', 'private key that signs tokens (default: one that is kept in the data folder)')
    .option('--rotate-service-account-key', 'sign with a new key from this start on; tokens of the old ones stay good')
    .option('--service-account-max-token-expiration <duration>', 'longest life of a token: 1h, 30d (default: as asked for)')
    .option('--service-account-extend-token-expiration <bool>', "tokens of Pods' volumes live a year", 'true')
    .option('--service-account-jwks-uri <url>', 'where others find the public keys (default: on this server)')
    .option('--api-audiences <list>', 'audiences of tokens for this server (default: the issuers)', collect)
    .option('--root-ca-file <file>', 'certificates that Secrets with tokens get as ca.crt (default: none)')
}

/** What these flags say, as options. Throws a CommandFailed that names the flag. */
export function identityOptions(flags: IdentityFlags): Pick<ControlPlaneOptions, 'serviceAccounts' | 'apiAudiences'> {
  const { serviceAccountIssuer: issuers, serviceAccountSigningKeyFile: signing, serviceAccountMaxTokenExpiration: max } = flags
  const keys = (flags.serviceAccountKeyFile ?? []).flatMap((file) => keysOf('--service-account-key-file', file))
  for (const issuer of issuers ?? []) checkIssuer(issuer)
  const audiences = flags.apiAudiences?.flatMap((list) => list.split(',')).filter(Boolean)
  return {
    serviceAccounts: {
      keys,
      rotateKey: flags.rotateServiceAccountKey === true,
      extendsTokenExpiration: isTrue('--service-account-extend-token-expiration', flags.serviceAccountExtendTokenExpiration),
      ...(issuers === undefined ? {} : { issuers }),
      ...(signing === undefined ? {} : { signingKey: keysOf('--service-account-signing-key-file', signing)[0]! }),
      ...(max === undefined ? {} : { tokenExpirationMaxSeconds: expirationSeconds(max) }),
      ...(flags.serviceAccountJwksUri === undefined ? {} : { jwksUri: flags.serviceAccountJwksUri }),
      ...(flags.rootCaFile === undefined ? {} : { secretCa: readCertificates('--root-ca-file', flags.rootCaFile) }),
    },
    ...(audiences === undefined ? {} : { apiAudiences: audiences }),
  }
}

/** An issuer with a colon must be a URL (kube-apiserver's reference). */
function checkIssuer(issuer: string): void {
  if (issuer === '' || (issuer.includes(':') && !URL.canParse(issuer)))
    throw new CommandFailed(`Cannot use --service-account-issuer "${issuer}": it must be a URL, or a text without a colon`, 2)
}

const KEY = /-----BEGIN [A-Z ]*KEY-----[\s\S]+?-----END [A-Z ]*KEY-----/g

/** The keys in a file: at least one. Throws a CommandFailed that names the flag. */
function keysOf(flag: string, file: string): string[] {
  const keys = readTextFile(flag, file).match(KEY) ?? []
  try {
    if (keys.length === 0) throw new Error('it has no PEM text of a key')
    for (const key of keys) readSigningKey(key)
    return keys
  } catch (error) {
    throw new CommandFailed(`Cannot use ${flag} "${file}": ${(error as Error).message}`, 2, { cause: error })
  }
}

const HOUR_SECONDS = 3600
const MAX_SECONDS = 2 ** 32
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: HOUR_SECONDS, d: 24 * HOUR_SECONDS }

/** At least an hour, as upstream has it. */
function expirationSeconds(text: string): number {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const seconds = Number(count) * (UNIT_SECONDS[unit] ?? Number.NaN)
  if (seconds >= HOUR_SECONDS && seconds <= MAX_SECONDS) return seconds
  throw new CommandFailed(
    `Cannot use --service-account-max-token-expiration "${text}": it must be from 1h to 2^32 seconds, for example 24h`,
    2,
  )
}

export function isTrue(flag: string, text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new CommandFailed(`Cannot use ${flag} "${text}": it must be true or false`, 2)
  return text === 'true'
}
