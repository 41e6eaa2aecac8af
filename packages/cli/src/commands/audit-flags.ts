import { type AuditPolicy, AuditPolicyError, parseAuditPolicy } from '@kubetape/apiserver'
import type { ControlPlaneOptions } from '@kubetape/control-plane'
import type { Command } from 'commander'
import { CommandFailed } from '../output.ts'
import { readTextFile } from '../read-text-file.ts'

/** Flags about the audit log, named as kube-apiserver names them. */
export interface AuditFlags {
  auditPolicyFile?: string
  auditLogPath?: string
  auditLogMaxage: string
  auditLogMaxbackup: string
  auditLogMaxsize: string
}

export function addAuditFlags(command: Command): Command {
  return command
    .optionsGroup('Audit:')
    .option('--audit-policy-file <file>', 'what is audited (audit.k8s.io/v1 Policy)')
    .option('--audit-log-path <file>', 'where audit events go, one JSON line each; - is standard output')
    .option('--audit-log-maxage <days>', 'days that old audit logs are kept; 0 for ever', '0')
    .option('--audit-log-maxbackup <count>', 'old audit logs that are kept; 0 for all', '0')
    .option('--audit-log-maxsize <megabytes>', 'size at which the audit log is put aside', '100')
}

/** What these flags say, as options. Throws a CommandFailed that names the flag, or what is wrong with the policy. */
export function auditOptions(flags: AuditFlags): Pick<ControlPlaneOptions, 'audit'> {
  const { auditPolicyFile: file, auditLogPath: path } = flags
  if (file === undefined && path === undefined) return {}
  if (file === undefined)
    throw new CommandFailed('Cannot use --audit-log-path: it needs --audit-policy-file, which says what is audited', 2)
  if (path === undefined) throw new CommandFailed('Cannot use --audit-policy-file: it needs --audit-log-path, which says where to', 2)
  return {
    audit: {
      policy: policyOf(file),
      path,
      ageMaxDays: count('--audit-log-maxage', flags.auditLogMaxage, 0),
      backupsMax: count('--audit-log-maxbackup', flags.auditLogMaxbackup, 0),
      sizeMaxMb: count('--audit-log-maxsize', flags.auditLogMaxsize, 1),
    },
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
