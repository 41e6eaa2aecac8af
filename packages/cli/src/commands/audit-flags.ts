import { type AuditPolicy, AuditPolicyError, httpReviewTransport, parseAuditPolicy, readWebhookKubeconfig } from '@kubetape/apiserver'
import type { ControlPlaneOptions } from '@kubetape/control-plane'
import type { Command } from 'commander'
import { CommandFailed } from '../output.ts'
import { namedFiles, readTextFile } from '../read-text-file.ts'
import { ttlMs } from './access-flags.ts'
import { isTrue } from './identity-flags.ts'

/** Flags about the audit log, named as kube-apiserver names them. */
export interface AuditFlags {
  auditPolicyFile?: string
  auditLogPath?: string
  auditLogMaxage: string
  auditLogMaxbackup: string
  auditLogMaxsize: string
  auditWebhookConfigFile?: string
  auditWebhookMode: string
  auditWebhookVersion: string
  auditWebhookInitialBackoff: string
  auditWebhookBatchBufferSize: string
  auditWebhookBatchMaxSize: string
  auditWebhookBatchMaxWait: string
  auditWebhookBatchThrottleEnable: string
  auditWebhookBatchThrottleQps: string
  auditWebhookBatchThrottleBurst: string
}

export function addAuditFlags(command: Command): Command {
  return command
    .optionsGroup('Audit:')
    .option('--audit-policy-file <file>', 'what is audited (audit.k8s.io/v1 Policy)')
    .option('--audit-log-path <file>', 'where audit events go, one JSON line each; - is standard output')
    .option('--audit-log-maxage <days>', 'days that old audit logs are kept; 0 for ever', '0')
    .option('--audit-log-maxbackup <count>', 'old audit logs that are kept; 0 for all', '0')
    .option('--audit-log-maxsize <megabytes>', 'size at which the audit log is put aside', '100')
    .option('--audit-webhook-config-file <file>', 'kubeconfig of a webhook that audit events are sent to, in batches')
    .option('--audit-webhook-mode <mode>', 'how they are sent: batch, beside the requests', 'batch')
    .option('--audit-webhook-version <version>', 'their version', 'audit.k8s.io/v1')
    .option('--audit-webhook-initial-backoff <duration>', 'after what time a batch is tried again', '10s')
    .option('--audit-webhook-batch-buffer-size <count>', 'events that wait to be sent; more are given up', '10000')
    .option('--audit-webhook-batch-max-size <count>', 'events of a batch', '400')
    .option('--audit-webhook-batch-max-wait <duration>', 'how long an event waits for others', '30s')
    .option('--audit-webhook-batch-throttle-enable <bool>', 'whether batches are limited in number', 'true')
    .option('--audit-webhook-batch-throttle-qps <count>', 'batches a second', '10')
    .option('--audit-webhook-batch-throttle-burst <count>', 'batches at once, after a pause', '15')
}

/** What these flags say, as options. Throws a CommandFailed that names the flag, or what is wrong with the policy. */
export function auditOptions(flags: AuditFlags): Pick<ControlPlaneOptions, 'audit'> {
  const { auditPolicyFile: file, auditLogPath: path, auditWebhookConfigFile: webhook } = flags
  if (file === undefined && path === undefined && webhook === undefined) return {}
  const where = path === undefined ? '--audit-webhook-config-file' : '--audit-log-path'
  if (file === undefined) throw new CommandFailed(`Cannot use ${where}: it needs --audit-policy-file, which says what is audited`, 2)
  if (path === undefined && webhook === undefined)
    throw new CommandFailed(
      'Cannot use --audit-policy-file: it needs --audit-log-path or --audit-webhook-config-file, which say where to',
      2,
    )
  return {
    audit: {
      policy: policyOf(file),
      ...(path === undefined ? {} : { path }),
      ...(webhook === undefined ? {} : { webhook: webhookOf(webhook, flags) }),
      ageMaxDays: count('--audit-log-maxage', flags.auditLogMaxage, 0),
      backupsMax: count('--audit-log-maxbackup', flags.auditLogMaxbackup, 0),
      sizeMaxMb: count('--audit-log-maxsize', flags.auditLogMaxsize, 1),
    },
  }
}

type Webhook = NonNullable<NonNullable<ControlPlaneOptions['audit']>['webhook']>

function webhookOf(file: string, flags: AuditFlags): Webhook {
  const { auditWebhookMode: mode, auditWebhookVersion: version } = flags
  if (mode !== 'batch') throw new CommandFailed(`Cannot use --audit-webhook-mode "${mode}": it must be batch`, 2)
  if (version !== 'audit.k8s.io/v1')
    throw new CommandFailed(`Cannot use --audit-webhook-version "${version}": it must be audit.k8s.io/v1`, 2)
  const isThrottled = isTrue('--audit-webhook-batch-throttle-enable', flags.auditWebhookBatchThrottleEnable)
  const rate = {
    perSecond: count('--audit-webhook-batch-throttle-qps', flags.auditWebhookBatchThrottleQps, 1),
    burst: count('--audit-webhook-batch-throttle-burst', flags.auditWebhookBatchThrottleBurst, 1),
  }
  return {
    transport: transportOf(file),
    rate: isThrottled ? rate : undefined,
    backoffMs: ttlMs('--audit-webhook-initial-backoff', flags.auditWebhookInitialBackoff),
    bufferMax: count('--audit-webhook-batch-buffer-size', flags.auditWebhookBatchBufferSize, 1),
    batchMax: count('--audit-webhook-batch-max-size', flags.auditWebhookBatchMaxSize, 1),
    batchWaitMs: ttlMs('--audit-webhook-batch-max-wait', flags.auditWebhookBatchMaxWait),
  }
}

function transportOf(file: string): Webhook['transport'] {
  try {
    return httpReviewTransport(readWebhookKubeconfig(file, namedFiles('--audit-webhook-config-file', file)))
  } catch (error) {
    if (error instanceof CommandFailed) throw error
    throw new CommandFailed((error as Error).message, 2, { cause: error })
  }
}

function policyOf(file: string): AuditPolicy {
  try {
    return parseAuditPolicy(readTextFile('--audit-policy-file', file), file)
  } catch (error) {
    if (!(error instanceof AuditPolicyError)) throw error
    throw new CommandFailed(error.message, 2, { cause: error })
  }
}

function count(flag: string, text: string, min: number): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) < min)
    throw new CommandFailed(`Cannot use ${flag} "${text}": it must be a whole number of at least ${min}`, 2)
  return Number(text)
}
