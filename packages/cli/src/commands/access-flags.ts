import {
  AUTHORIZATION_MODES,
  type AuthorizerChoice,
  authorizersOfModes,
  httpReviewTransport,
  readAuthorizationConfiguration,
  readWebhookKubeconfig,
  type WebhookAuthorizerOptions,
} from '@kubetape/apiserver'
import type { ControlPlaneOptions } from '@kubetape/control-plane'
import type { Command } from 'commander'
import { CommandFailed } from '../output.ts'
import { namedFiles } from '../read-text-file.ts'

/** Flags about what clients may do and what happens to their requests, named as kube-apiserver names them. */
export interface AccessFlags {
  authorizationMode?: string[]
  authorizationConfig?: string
  authorizationWebhookConfigFile?: string
  authorizationWebhookVersion: string
  authorizationWebhookCacheAuthorizedTtl: string
  authorizationWebhookCacheUnauthorizedTtl: string
  enableAdmissionPlugins?: string[]
  disableAdmissionPlugins?: string[]
}

const WEBHOOK_CONFIG = '--authorization-webhook-config-file'

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]

export function addAccessFlags(command: Command): Command {
  return command
    .optionsGroup('What clients may do, and admission:')
    .option(
      '--authorization-mode <list>',
      `who is asked, in the order given: some of ${AUTHORIZATION_MODES.join(', ')} (default: Node,RBAC)`,
      collect,
    )
    .option('--authorization-config <file>', 'who is asked, as an AuthorizationConfiguration instead of modes')
    .option('--authorization-webhook-config-file <file>', 'kubeconfig of the webhook of mode Webhook')
    .option('--authorization-webhook-version <version>', 'version of the SubjectAccessReviews that it is sent: v1, v1beta1', 'v1beta1')
    .option('--authorization-webhook-cache-authorized-ttl <duration>', 'how long it is remembered that it allowed something', '5m')
    .option('--authorization-webhook-cache-unauthorized-ttl <duration>', 'how long its other answers are remembered', '30s')
    .option('--enable-admission-plugins <list>', 'admission plugins to run beside the default ones: NodeRestriction (repeatable)', collect)
    .option('--disable-admission-plugins <list>', 'default admission plugins that are not to run (repeatable)', collect)
}

/** What these flags say, as options. Throws a CommandFailed that names the flag. */
export function accessOptions(flags: AccessFlags): Pick<ControlPlaneOptions, 'authorization' | 'admission'> {
  const [enable, disable] = [flags.enableAdmissionPlugins, flags.disableAdmissionPlugins].map(words)
  const authorizers = authorizersOf(flags)
  return {
    ...(authorizers === undefined ? {} : { authorization: { authorizers } }),
    ...(enable === undefined && disable === undefined ? {} : { admission: { enable: enable ?? [], disable: disable ?? [] } }),
  }
}

function authorizersOf(flags: AccessFlags): AuthorizerChoice[] | undefined {
  const modes = words(flags.authorizationMode)
  const { authorizationConfig: config, authorizationWebhookConfigFile: kubeconfig } = flags
  if (config !== undefined && (modes !== undefined || kubeconfig !== undefined))
    throw new CommandFailed('Cannot use --authorization-config with --authorization-mode or --authorization-webhook-config-file', 2)
  if (modes?.length === 0) throw new CommandFailed('Cannot use --authorization-mode "": it must name at least one mode', 2)
  if (kubeconfig !== undefined && modes?.includes('Webhook') !== true)
    throw new CommandFailed(`Cannot use ${WEBHOOK_CONFIG}: it needs --authorization-mode with Webhook in its list`, 2)
  try {
    if (config !== undefined) return readAuthorizationConfiguration(config, namedFiles('--authorization-config', config))
    return modes === undefined ? undefined : authorizersOfModes(modes, kubeconfig === undefined ? undefined : webhookOf(kubeconfig, flags))
  } catch (error) {
    if (error instanceof CommandFailed) throw error
    throw new CommandFailed((error as Error).message, 2, { cause: error })
  }
}

function webhookOf(kubeconfig: string, flags: AccessFlags): WebhookAuthorizerOptions {
  const version = flags.authorizationWebhookVersion
  if (version !== 'v1' && version !== 'v1beta1')
    throw new CommandFailed(`Cannot use --authorization-webhook-version "${version}": it must be v1 or v1beta1`, 2)
  const connection = readWebhookKubeconfig(kubeconfig, namedFiles(WEBHOOK_CONFIG, kubeconfig))
  return {
    transport: httpReviewTransport(connection),
    version,
    authorizedTtlMs: ttlMs('--authorization-webhook-cache-authorized-ttl', flags.authorizationWebhookCacheAuthorizedTtl),
    unauthorizedTtlMs: ttlMs('--authorization-webhook-cache-unauthorized-ttl', flags.authorizationWebhookCacheUnauthorizedTtl),
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** A duration in milliseconds. Throws a CommandFailed that names the flag. */
export function ttlMs(flag: string, text: string): number {
  const [, count, unit = ''] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? []
  if (count === undefined) throw new CommandFailed(`Cannot use ${flag} "${text}": it must be a duration, for example 30s`, 2)
  return Number(count) * UNIT_MS[unit]!
}

const words = (lists: readonly string[] | undefined): string[] | undefined => lists?.flatMap((list) => list.split(',')).filter(Boolean)
