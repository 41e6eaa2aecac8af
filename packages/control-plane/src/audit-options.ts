import {
  type AuditLog,
  type AuditLogOptions,
  type Auditor,
  type AuditPolicy,
  AuditWebhook,
  type AuditWebhookOptions,
  openAuditLog,
  policyAuditor,
} from '@kubetape/apiserver'
import type { Clock, Random } from '@kubetape/determinism'
import type { RunLog } from '@kubetape/runtime'
import { ControlPlaneOptionError } from './option-error.ts'

/** What of requests over HTTP is logged, and where: to a file, a webhook, or both. */
export interface AuditOptions {
  readonly policy: AuditPolicy
  /** A file, or `-`: standard output. */
  readonly path?: string
  /** Sent events in batches. */
  readonly webhook?: Omit<AuditWebhookOptions, 'clock' | 'random' | 'onError'>
  /** Megabytes after which the file is put aside. Default 100. */
  readonly sizeMaxMb?: number
  /** Files put aside that are kept; 0 or undefined: all. */
  readonly backupsMax?: number
  /** Days that files put aside are kept; 0 or undefined: for ever. */
  readonly ageMaxDays?: number
}

interface AuditEnvironment {
  readonly clock: Clock
  readonly random: Random
  readonly logger: RunLog
  readonly started: AsyncDisposableStack
}

/** Opens the audit log; it is closed with `started`. Throws a ControlPlaneOptionError when the file cannot be opened. */
export function startAudit(options: AuditOptions, { clock, random, logger, started }: AuditEnvironment): Auditor {
  const { policy, webhook, path, ...limits } = options
  const onError = (error: Error, waiting: number, lost: number): void =>
    logger.error('audit events cannot be written', { error: error.message, waiting, lost })
  const logs: AuditLog[] = []
  if (path !== undefined) logs.push(open({ path, ...limits, clock, onError }))
  if (webhook !== undefined) logs.push(new AuditWebhook({ ...webhook, clock, random, onError }))
  const log: AuditLog = {
    write: (line) => {
      for (const one of logs) one.write(line)
    },
    close: async () => {
      await Promise.all(logs.map(async (one) => one.close()))
    },
  }
  started.defer(() => log.close())
  return policyAuditor({ policy, log, clock })
}

function open(options: AuditLogOptions): AuditLog {
  try {
    return openAuditLog(options)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'EISDIR' ? 'it is a folder; name a file in it' : message
    throw new ControlPlaneOptionError(`Cannot write the audit log ${JSON.stringify(options.path)}: ${why}`, { cause: error })
  }
}
