import type { PodFailurePolicy, PodFailurePolicyOnExitCodesRequirement, PodFailurePolicyRule } from '@kubetape/api/types/batch/v1'
import type { ContainerStatus, Pod } from '@kubetape/api/types/core/v1'
import type { JobRules } from './job-rules.ts'

/** What becomes of a failed Pod. */
export interface PodFailureVerdict {
  /** The action of the rule that matched; undefined: none did and the failure counts. */
  readonly action?: PodFailurePolicyRule['action']
  /** Whether the failure counts towards the limits. */
  readonly counted: boolean
  /** Why the whole Job fails: set with the action FailJob. */
  readonly failJobMessage?: string
}

const COUNTED: PodFailureVerdict = { counted: true }

/**
 * Judges a failed Pod by the Job's pod failure policy (KEP-3329): rules in order, the first that matches decides. A rule looks either at
 * exit codes (ordinary containers before init containers, codes of 0 and containers without a terminated state never match) or at
 * conditions of the Pod (type and status). The messages are those that users match on.
 */
export function judgePodFailure(rules: JobRules, pod: Pod): PodFailureVerdict {
  const { podFailurePolicy } = rules
  return podFailurePolicy === undefined ? COUNTED : judge(podFailurePolicy, rules.failIndexKnown, pod)
}

function judge(policy: PodFailurePolicy, failIndexKnown: boolean, pod: Pod): PodFailureVerdict {
  for (const [at, rule] of (policy.rules ?? []).entries()) {
    const cause = causeOf(rule, pod)
    if (cause === undefined) continue
    switch (rule.action) {
      case 'FailJob':
        return { action: 'FailJob', counted: true, failJobMessage: `${cause} matching FailJob rule at index ${at}` }
      case 'FailIndex':
        if (failIndexKnown) return { action: 'FailIndex', counted: true }
        break
      case 'Ignore':
        return { action: 'Ignore', counted: false }
      case 'Count':
        return { action: 'Count', counted: true }
    }
  }
  return COUNTED
}

/** What about the Pod the rule matches, in words; undefined where nothing does. */
function causeOf(rule: PodFailurePolicyRule, pod: Pod): string | undefined {
  const { namespace = '', name = '' } = pod.metadata
  if (rule.onExitCodes) {
    const container =
      firstExit(pod.status?.containerStatuses, rule.onExitCodes) ?? firstExit(pod.status?.initContainerStatuses, rule.onExitCodes)
    return container && `Container ${container.name} for pod ${namespace}/${name} failed with exit code ${container.exitCode}`
  }
  const patterns = rule.onPodConditions ?? []
  const condition = pod.status?.conditions?.find(({ type, status }) =>
    patterns.some((pattern) => pattern.type === type && pattern.status === status),
  )
  return condition && `Pod ${namespace}/${name} has condition ${condition.type}`
}

function firstExit(
  statuses: readonly ContainerStatus[] | undefined,
  { containerName, operator, values }: PodFailurePolicyOnExitCodesRequirement,
): { name: string; exitCode: number } | undefined {
  for (const { name, state } of statuses ?? []) {
    const exitCode = state?.terminated?.exitCode
    if (exitCode === undefined || exitCode === 0) continue
    if (containerName !== undefined && containerName !== name) continue
    if (values.includes(exitCode) === (operator === 'In')) return { name, exitCode }
  }
  return undefined
}
