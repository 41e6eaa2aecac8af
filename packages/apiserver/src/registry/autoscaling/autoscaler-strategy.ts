import type { HorizontalPodAutoscaler as AutoscalerV1 } from '@kubetape/api/types/autoscaling/v1'
import type { HorizontalPodAutoscaler, HPAScalingRules } from '@kubetape/api/types/autoscaling/v2'
import { cloneJson, type KubeObject } from '@kubetape/apimachinery'
import type { Draft, Strategy, StrategyContext } from '../strategy.ts'
import { cpuMetric, METRICS_ANNOTATION, toAutoscalerV2 } from './autoscaler-conversion.ts'
import { autoscalerRow } from './autoscaler-table.ts'
import { validateAutoscaler, validateAutoscalerStatus } from './autoscaler-validation.ts'

/** What autoscalers without metrics aim at, in percent. */
const CPU_UTILIZATION = 80

const isV1 = ({ apiVersion }: Readonly<KubeObject>): boolean => apiVersion === 'autoscaling/v1'

/** The autoscaler as v2 has it: rules are the same for both versions. */
const asV2 = (object: Readonly<KubeObject>): HorizontalPodAutoscaler =>
  (isV1(object) ? toAutoscalerV2(object) : object) as HorizontalPodAutoscaler

function setDefaults(draft: Draft): void {
  const { spec } = draft as Partial<HorizontalPodAutoscaler>
  if (spec === undefined) return
  spec.minReplicas ??= 1
  if (isV1(draft)) {
    const { spec: own, metadata } = draft as AutoscalerV1
    if (metadata?.annotations?.[METRICS_ANNOTATION] === undefined) own.targetCPUUtilizationPercentage ??= CPU_UTILIZATION
    return
  }
  if ((spec.metrics?.length ?? 0) === 0) spec.metrics = [cpuMetric(CPU_UTILIZATION)]
  const { behavior } = spec
  if (behavior === undefined) return
  behavior.scaleUp = { ...upByDefault(), ...behavior.scaleUp }
  behavior.scaleDown = { ...downByDefault(), ...behavior.scaleDown }
}

const upByDefault = (): HPAScalingRules => ({
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
})

const downByDefault = (): HPAScalingRules => ({ selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] })

/** With the gate, autoscalers may go down to nothing; those that did may stay so. */
function lowestOf({ gates }: StrategyContext, old?: Readonly<KubeObject>): number {
  return gates.enabled('HPAScaleToZero') || (old !== undefined && asV2(old).spec?.minReplicas === 0) ? 0 : 1
}

/** HorizontalPodAutoscalers (API reference, autoscaling/v1 and v2): stored as v2, judged as v2, whichever version is asked for. */
export const autoscalerStrategy: Strategy = {
  default: setDefaults,
  prepareForCreate: (draft) => {
    delete draft['status']
  },
  prepareForUpdate: (draft, old) => {
    draft['status'] = cloneJson(old['status'])
  },
  validate: (draft, context) => validateAutoscaler(asV2(draft), lowestOf(context)),
  validateUpdate: (draft, old, context) => validateAutoscaler(asV2(draft), lowestOf(context, old)),
  subresources: {
    status: {
      prepareForUpdate: (draft, old) => {
        draft['spec'] = cloneJson(old['spec'])
      },
      validateUpdate: (draft) => validateAutoscalerStatus(asV2(draft)),
    },
  },
  generation: 'none',
  tableRow: (object, nowMs) => autoscalerRow(asV2(object), nowMs),
}
