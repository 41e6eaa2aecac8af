import { readFileSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import {
  type AuthenticationConfig,
  AuthenticationConfigError,
  type FrontProxyOptions,
  type IdentityOptions,
  jwtAuthenticator,
  type JwtConfig,
  parseAuthenticationConfig,
  webhookTokens,
  type WebhookTokensOptions,
} from '@kubetape/apiserver'
import type { FeatureGateRegistry } from '@kubetape/component-base'
import type { Clock } from '@kubetape/determinism'
import type { RunLog } from '@kubetape/runtime'
import { ControlPlaneOptionError } from './option-error.ts'

/** How clients are known beside their certificates, static tokens and tokens of service accounts. */
export interface AuthenticationOptions {
  /** Whether clients may come without credentials. Default true. */
  readonly anonymous?: boolean
  /** A file with an AuthenticationConfiguration. Its issuers are read anew when it changes. */
  readonly configFile?: string
  /** One more issuer of tokens, instead of a file. */
  readonly oidc?: JwtConfig
  /** PEM text of more CAs of client certificates. */
  readonly clientCa?: string
  readonly frontProxy?: FrontProxyOptions
  /** Tokens of Secrets of type bootstrap.kubernetes.io/token in kube-system are believed. Default false. */
  readonly bootstrapTokens?: boolean
  /** Asked last whose a token is. */
  readonly webhook?: WebhookTokensOptions
}

type Gates = Pick<FeatureGateRegistry, 'enabled'>

const ANONYMOUS_GATE = 'AnonymousAuthConfigurableEndpoints'
const CONFIG_GATE = 'StructuredAuthenticationConfiguration'

/** What the options come to. Throws a ControlPlaneOptionError for a file that cannot be used. Only looks. */
export function readAuthentication(options: AuthenticationOptions, issuers: readonly string[], gates: Gates): AuthenticationConfig {
  const { configFile, oidc } = options
  if (configFile === undefined) return { jwt: oidc === undefined ? [] : [oidc] }
  if (oidc !== undefined) throw new ControlPlaneOptionError('Cannot use an authentication configuration: an issuer is given beside it')
  if (!gates.enabled(CONFIG_GATE))
    throw new ControlPlaneOptionError(`Cannot use an authentication configuration: the feature gate ${CONFIG_GATE} is off`)
  const config = readConfig(configFile, issuers)
  if (config.anonymous === undefined) return config
  if (!gates.enabled(ANONYMOUS_GATE))
    throw new ControlPlaneOptionError(
      `Cannot use the authentication configuration "${configFile}": anonymous is not supported when ${ANONYMOUS_GATE} feature gate is disabled`,
    )
  if (options.anonymous !== undefined)
    throw new ControlPlaneOptionError(
      `Cannot use the authentication configuration "${configFile}": it says who may come without credentials, and so do the options`,
    )
  return config
}

function readConfig(file: string, issuers: readonly string[]): AuthenticationConfig {
  try {
    return parseAuthenticationConfig(readFileSync(file, 'utf8'), file, issuers)
  } catch (error) {
    if (error instanceof AuthenticationConfigError) throw new ControlPlaneOptionError(error.message)
    throw new ControlPlaneOptionError(`Cannot read the authentication configuration "${file}": ${(error as Error).message}`)
  }
}

export interface PrepareAuthentication {
  readonly issuers: readonly string[]
  readonly apiAudiences: readonly string[]
  readonly gates: Gates
  readonly clock: Clock
  readonly logger: RunLog
  /** Stops looking at the file. */
  readonly started: AsyncDisposableStack
}

/**
 * The methods that these options ask for. Issuers follow their file; a file that has become wrong is told of and changes nothing. Who may come without
 * credentials stays what it was at the start, as in v1.31.
 */
export function prepareAuthentication(
  options: AuthenticationOptions,
  { issuers, apiAudiences, gates, clock, logger, started }: PrepareAuthentication,
): Pick<IdentityOptions, 'anonymous' | 'bootstrapTokens' | 'moreTokens' | 'clientCa' | 'frontProxy'> {
  const config = readAuthentication(options, issuers, gates)
  const last = options.webhook === undefined ? [] : [webhookTokens(options.webhook, { clock, apiAudiences })]
  const methodsOf = ({ jwt }: AuthenticationConfig): ReturnType<typeof jwtAuthenticator>[] => [
    ...jwt.map((one) => jwtAuthenticator(one, { clock, apiAudiences })),
    ...last,
  ]
  let methods = methodsOf(config)
  const { configFile, clientCa, frontProxy, bootstrapTokens = false } = options
  if (configFile !== undefined) {
    const reload = (): void => {
      try {
        methods = methodsOf(readAuthentication(options, issuers, gates))
        logger.info('the authentication configuration was read anew', { file: configFile })
      } catch (error) {
        logger.error('the authentication configuration stays as it was', { error: (error as Error).message })
      }
    }
    started.defer(watchFile(configFile, clock, reload))
  }
  const { enabled = options.anonymous ?? true, conditions } = config.anonymous ?? {}
  const anonymous = { enabled, paths: conditions?.map(({ path }) => path) }
  return {
    anonymous: () => anonymous,
    bootstrapTokens,
    moreTokens: () => methods,
    ...(clientCa === undefined ? {} : { clientCa }),
    ...(frontProxy === undefined ? {} : { frontProxy }),
  }
}

/** A file is written in several steps: it is read when nothing has happened to it for so long. */
const SETTLE_MS = 100

/** Calls `changed` after the text of a file has changed, also where another file took its place. The answer stops that. */
function watchFile(file: string, clock: Clock, changed: () => void): () => void {
  let text = textOf(file)
  let cancel: (() => void) | undefined
  const look = (): void => {
    const now = textOf(file)
    if (now === undefined || now === text) return
    text = now
    changed()
  }
  const watcher = watch(dirname(file), { persistent: false }, (_event, name) => {
    // Volumes change their files by a link elsewhere in the folder.
    if (name !== null && name !== basename(file) && !name.startsWith('..')) return
    cancel?.()
    const timer = clock.setTimer(look, SETTLE_MS)
    cancel = () => timer.cancel()
  })
  return () => {
    cancel?.()
    watcher.close()
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
