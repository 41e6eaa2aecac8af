import {
  type FrontProxyOptions,
  httpReviewTransport,
  type JwtConfig,
  readWebhookKubeconfig,
  type WebhookTokensOptions,
} from '@kubetape/apiserver'
import type { AuthenticationOptions, ControlPlaneOptions } from '@kubetape/control-plane'
import type { Command } from 'commander'
import { CommandFailed } from '../output.ts'
import { readCertificates } from '../read-certificates.ts'
import { namedFiles } from '../read-text-file.ts'
import { ttlMs } from './access-flags.ts'
import { isTrue } from './identity-flags.ts'

/** Flags about how clients are known, named as kube-apiserver names them. */
export interface AuthenticationFlags {
  anonymousAuth?: string
  authenticationConfig?: string
  enableBootstrapTokenAuth?: string | boolean
  clientCaFile?: string
  oidcIssuerUrl?: string
  oidcClientId?: string
  oidcCaFile?: string
  oidcUsernameClaim: string
  oidcUsernamePrefix?: string
  oidcGroupsClaim?: string
  oidcGroupsPrefix?: string
  oidcRequiredClaim?: string[]
  oidcSigningAlgs: string
  authenticationTokenWebhookConfigFile?: string
  authenticationTokenWebhookVersion: string
  authenticationTokenWebhookCacheTtl: string
  requestheaderClientCaFile?: string
  requestheaderAllowedNames?: string[]
  requestheaderUsernameHeaders?: string[]
  requestheaderGroupHeaders?: string[]
  requestheaderExtraHeadersPrefix?: string[]
}

const lists = (value: string, before: string[] | undefined): string[] => [...(before ?? []), ...value.split(',').filter(Boolean)]

export function addAuthenticationFlags(command: Command): Command {
  return command
    .optionsGroup('Who clients are:')
    .option('--token-auth-file <file>', 'static tokens, one token,user,uid,"groups" a line')
    .option('--anonymous-auth <bool>', 'whether clients may come without credentials (default: true)')
    .option('--authentication-config <file>', 'issuers of tokens, and paths that need no credentials, as an AuthenticationConfiguration')
    .option('--enable-bootstrap-token-auth [bool]', 'believe tokens of Secrets of type bootstrap.kubernetes.io/token in kube-system')
    .option('--client-ca-file <file>', 'more CAs of client certificates')
    .option('--oidc-issuer-url <url>', 'an issuer of tokens (OpenID Connect)')
    .option('--oidc-client-id <id>', 'the audience that its tokens must be for')
    .option('--oidc-ca-file <file>', 'certificates that the issuer is verified with')
    .option('--oidc-username-claim <claim>', 'claim that is the user name', 'sub')
    .option('--oidc-username-prefix <prefix>', 'put before user names; - for none (default: the issuer and #, none for email)')
    .option('--oidc-groups-claim <claim>', 'claim that has the groups')
    .option('--oidc-groups-prefix <prefix>', 'put before groups')
    .option('--oidc-required-claim <key=value>', 'claim that tokens must have (repeatable)', lists)
    .option('--oidc-signing-algs <list>', 'signature algorithms that are believed', 'RS256')
    .option('--authentication-token-webhook-config-file <file>', 'kubeconfig of a webhook that is asked whose tokens are')
    .option('--authentication-token-webhook-version <version>', 'version of the TokenReviews that it is sent: v1, v1beta1', 'v1beta1')
    .option('--authentication-token-webhook-cache-ttl <duration>', 'how long its answers are remembered', '2m')
    .option('--requestheader-client-ca-file <file>', 'CAs of a proxy in front, which says in headers who asks')
    .option('--requestheader-allowed-names <list>', 'names that its certificate may have (default: any)', lists)
    .option('--requestheader-username-headers <list>', 'headers with the user (default: X-Remote-User)', lists)
    .option('--requestheader-group-headers <list>', 'headers with the groups (default: X-Remote-Group)', lists)
    .option('--requestheader-extra-headers-prefix <list>', 'prefixes of headers with more (default: X-Remote-Extra-)', lists)
}

/** What these flags say, as options. Throws a CommandFailed that names the flag. */
export function authenticationOptions(flags: AuthenticationFlags): Pick<ControlPlaneOptions, 'authentication'> {
  const { anonymousAuth, authenticationConfig, clientCaFile, enableBootstrapTokenAuth: bootstrap } = flags
  const oidc = oidcOf(flags)
  const frontProxy = frontProxyOf(flags)
  const webhook = webhookOf(flags)
  if (oidc !== undefined && authenticationConfig !== undefined)
    throw new CommandFailed('Cannot use --authentication-config: it cannot be used together with --oidc flags', 2)
  const authentication: AuthenticationOptions = {
    ...(anonymousAuth === undefined ? {} : { anonymous: isTrue('--anonymous-auth', anonymousAuth) }),
    ...(authenticationConfig === undefined ? {} : { configFile: authenticationConfig }),
    ...(bootstrap === undefined
      ? {}
      : { bootstrapTokens: bootstrap === true || isTrue('--enable-bootstrap-token-auth', String(bootstrap)) }),
    ...(clientCaFile === undefined ? {} : { clientCa: readCertificates('--client-ca-file', clientCaFile) }),
    ...(oidc === undefined ? {} : { oidc }),
    ...(frontProxy === undefined ? {} : { frontProxy }),
    ...(webhook === undefined ? {} : { webhook }),
  }
  return { authentication }
}

function oidcOf(flags: AuthenticationFlags): JwtConfig | undefined {
  const { oidcIssuerUrl: url, oidcClientId: client, oidcUsernameClaim: claim, oidcCaFile: ca, oidcGroupsClaim: groups } = flags
  if (url === undefined && client === undefined) return undefined
  if (url === undefined || client === undefined)
    throw new CommandFailed('Cannot use --oidc flags: --oidc-issuer-url and --oidc-client-id must be given together', 2)
  if (!URL.canParse(url) || new URL(url).protocol !== 'https:')
    throw new CommandFailed(`Cannot use --oidc-issuer-url "${url}": it must be a URL that begins with https`, 2)
  const prefix = flags.oidcUsernamePrefix ?? (claim === 'email' ? '-' : `${url}#`)
  return {
    issuer: { url, audiences: [client], ...(ca === undefined ? {} : { certificateAuthority: readCertificates('--oidc-ca-file', ca) }) },
    claimMappings: {
      username: { claim, prefix: prefix === '-' ? '' : prefix },
      ...(groups === undefined ? {} : { groups: { claim: groups, prefix: flags.oidcGroupsPrefix ?? '' } }),
    },
    claimValidationRules: (flags.oidcRequiredClaim ?? []).map(requiredClaim),
    signingAlgorithms: flags.oidcSigningAlgs.split(','),
  }
}

function requiredClaim(pair: string): { claim: string; requiredValue: string } {
  const at = pair.indexOf('=')
  if (at < 1) throw new CommandFailed(`Cannot use --oidc-required-claim "${pair}": it must be key=value`, 2)
  return { claim: pair.slice(0, at), requiredValue: pair.slice(at + 1) }
}

function frontProxyOf(flags: AuthenticationFlags): FrontProxyOptions | undefined {
  const { requestheaderClientCaFile: file } = flags
  if (file === undefined) {
    const [alone] = Object.keys(flags).filter((name) => name.startsWith('requestheader'))
    if (alone === undefined) return undefined
    const flag = `--${alone.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    throw new CommandFailed(`Cannot use ${flag}: it needs --requestheader-client-ca-file, the CAs of the proxy`, 2)
  }
  return {
    ca: readCertificates('--requestheader-client-ca-file', file),
    allowedNames: flags.requestheaderAllowedNames ?? [],
    usernameHeaders: flags.requestheaderUsernameHeaders ?? ['X-Remote-User'],
    groupHeaders: flags.requestheaderGroupHeaders ?? ['X-Remote-Group'],
    extraHeaderPrefixes: flags.requestheaderExtraHeadersPrefix ?? ['X-Remote-Extra-'],
  }
}

const WEBHOOK_CONFIG = '--authentication-token-webhook-config-file'

function webhookOf(flags: AuthenticationFlags): WebhookTokensOptions | undefined {
  const { authenticationTokenWebhookConfigFile: file, authenticationTokenWebhookVersion: version } = flags
  if (file === undefined) return undefined
  if (version !== 'v1' && version !== 'v1beta1')
    throw new CommandFailed(`Cannot use --authentication-token-webhook-version "${version}": it must be v1 or v1beta1`, 2)
  try {
    const connection = readWebhookKubeconfig(file, namedFiles(WEBHOOK_CONFIG, file))
    return {
      transport: httpReviewTransport(connection),
      version,
      ttlMs: ttlMs('--authentication-token-webhook-cache-ttl', flags.authenticationTokenWebhookCacheTtl),
    }
  } catch (error) {
    if (error instanceof CommandFailed) throw error
    throw new CommandFailed((error as Error).message, 2, { cause: error })
  }
}
