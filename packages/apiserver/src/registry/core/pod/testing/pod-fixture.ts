import type { FieldError } from '@kubetape/apimachinery'
import { componentFeatureGates } from '@kubetape/api'
import type { Pod } from '@kubetape/api/types/core/v1'
import type { Gates } from '@kubetape/client-go-features'
import type { StrategyContext } from '../../../strategy.ts'
import { defaultPod } from '../pod-defaults.ts'

/** The moment of every request in these tests. */
export const NOW_MS = Date.parse('2024-02-03T04:05:06Z')

/** v1.31's gates with some of them switched. */
export function gatesWith(switches: Readonly<Record<string, boolean>> = {}): Gates {
  const specs = new Map(componentFeatureGates().map((gate) => [gate.name, gate.default]))
  return {
    enabled(feature) {
      const on = switches[feature] ?? specs.get(feature)
      if (on === undefined) throw new Error(`Cannot tell whether "${feature}" is on: no such gate`)
      return on
    },
  }
}

/** A request's context; the warnings that it gathered are in `warnings`. */
export function contextWith(switches: Readonly<Record<string, boolean>> = {}): StrategyContext & { warnings: string[] } {
  const warnings: string[] = []
  return {
    warnings,
    gates: gatesWith(switches),
    nowMs: NOW_MS,
    namespace: 'default',
    subresource: '',
    user: { name: 'tester', groups: [] },
    warn: (text) => void warnings.push(text),
    newUid: () => '00000000-0000-4000-8000-000000000000',
    newSuffix: () => 'abcde',
  }
}

/** A Pod as a client sends it, with one container. */
export function rawPod(change: (pod: Pod) => void = () => undefined): Pod {
  const pod: Pod = {
    metadata: { name: 'demo', namespace: 'default', resourceVersion: '1', uid: 'u' },
    spec: { containers: [{ name: 'main', image: 'app:1' }] },
  }
  change(pod)
  return pod
}

/** The same with its defaults. */
export function podWith(change?: (pod: Pod) => void, switches?: Readonly<Record<string, boolean>>): Pod {
  const pod = rawPod(change)
  defaultPod(pod, gatesWith(switches))
  return pod
}

/** Errors as people read them: `field: message`. */
export const texts = (errors: readonly FieldError[]): string[] => errors.map(({ field, message }) => `${field}: ${message}`)
