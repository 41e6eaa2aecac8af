import type { Clock } from '@kubetape/determinism'
import type { UserInfo } from '../registry/strategy.ts'
import type { AuditLog } from './audit-log.ts'
import { AuditEvent } from './audit-event.ts'
import type { AuditRecord, Auditor, ReceivedRequest } from './auditor.ts'
import { type AuditPolicy, decideAudit } from './policy.ts'

export interface PolicyAuditorOptions {
  readonly policy: AuditPolicy
  readonly log: AuditLog
  readonly clock: Clock
}

const NOBODY: UserInfo = { name: '', groups: [] }

/** Logs what a policy wants logged. */
export function policyAuditor({ policy, log, clock }: PolicyAuditorOptions): Auditor {
  const eventOf = (request: ReceivedRequest): AuditEvent | undefined => {
    const decision = decideAudit(policy, request.user, request.info)
    if (decision.level === 'None') return undefined
    return new AuditEvent({ request: { receivedMs: clock.wallMs(), ...request }, decision, log, clock })
  }
  return {
    received(request): AuditRecord | undefined {
      const event = eventOf(request)
      event?.received()
      return event
    },
    unauthenticated(request, tried) {
      eventOf({ ...request, user: NOBODY })?.refusedAsNobody(tried)
    },
  }
}
