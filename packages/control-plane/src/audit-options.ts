import { type AuditLog, type AuditLogOptions, type Auditor, type AuditPolicy, openAuditLog, policyAuditor } from '@kubetape/apiserver'
import type { Clock } from '@kubetape/determinism'
import type { RunLog } from '@kubetape/runtime'
import { ControlPlaneOptionError } from './option-error.ts'

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

/** Opens the audit log; it is closed with `started`. Throws a ControlPlaneOptionError when the file cannot be opened. */
export function startAudit(
  { policy, ...options }: AuditOptions,
  { clock, logger, started }: { clock: Clock; logger: RunLog; started: AsyncDisposableStack },
): Auditor {
  const log = open({
    ...options,
    clock,
    onError: (error, waiting, lost) => logger.error('audit events cannot be written', { error: error.message, waiting, lost }),
  })
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
