import type { Node, Taint } from '@kubetape/api/types/core/v1'
import { formatTime } from '@kubetape/apimachinery'

const EFFECT = 'NoSchedule'
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable'

/** Which condition of a node, at which status, keeps Pods away (Kubernetes documentation, "Taint Nodes by Condition"). */
const TAINT_KEYS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: 'node.kubernetes.io/not-ready', Unknown: 'node.kubernetes.io/unreachable' },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
}
const OWN_KEYS = new Set([UNSCHEDULABLE, ...Object.values(TAINT_KEYS).flatMap((keys) => Object.values(keys))])

/**
 * The taints that a node should have so that no Pods come to it that its conditions, or its being cordoned, speak against; undefined when it has them.
 * Taints that say something else are left alone.
 */
export function plan({ spec, status }: Readonly<Node>, nowMs: number): Taint[] | undefined {
  const wanted = new Set((status?.conditions ?? []).flatMap((condition) => TAINT_KEYS[condition.type]?.[condition.status] ?? []))
  if (spec?.unschedulable) wanted.add(UNSCHEDULABLE)
  const taints = spec?.taints ?? []
  const isOwn = ({ key, effect }: Taint): boolean => effect === EFFECT && OWN_KEYS.has(key)
  const kept = taints.filter((taint) => !isOwn(taint) || wanted.has(taint.key))
  const missing = [...wanted].filter((key) => !kept.some((taint) => isOwn(taint) && taint.key === key))
  if (missing.length === 0 && kept.length === taints.length) return undefined
  const timeAdded = formatTime(nowMs)
  return [...kept, ...missing.map((key) => ({ key, effect: EFFECT, timeAdded }) as const)]
}
