import { type Auditor, type AuditPolicy, openAuditLog, policyAuditor } from '@kubetape/apiserver'
import type { Clock } from '@kubetape/determinism'
import type { RunLog } from '@kubetape/runtime'

/** What of requests over HTTP is logged, and where. */
export interface AuditOptions {
  readonly policy: AuditPolicy
  /** `-`: standard output. */
  readonly path: string
  /** Megabytes after which the file is put aside. Default 100. */
  readonly sizeMaxMb?: number
  /** Files put aside that are kept; 0 or undefined: all. */
  readonly backupsMax?: number
  /** Days that files put aside are kept; 0 or undefined: for ever. */
  readonly ageMaxDays?: number
}

/** Opens the audit log; it is closed with `started`. Throws when the file cannot be opened. */
export function startAudit(
  { policy, ...options }: AuditOptions,
  { clock, logger, started }: { clock: Clock; logger: RunLog; started: AsyncDisposableStack },
): Auditor {
  const log = openAuditLog({
    ...options,
    clock,
    onError: (error, waiting, lost) => logger.error('audit events cannot be written', { error: error.message, waiting, lost }),
  })
  started.defer(() => log.close())
  return policyAuditor({ policy, log, clock })
}
