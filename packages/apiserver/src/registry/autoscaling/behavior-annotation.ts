import type { HorizontalPodAutoscalerBehavior, HPAScalingRules } from '@kubetape/api/types/autoscaling/v2'
import { isJsonObject } from '@kubetape/apimachinery'

/** The behavior of an autoscaler as its annotation says it: fields of upstream's internal type, under their Go names, all of them. */
export function behaviorText({ scaleUp, scaleDown }: Readonly<HorizontalPodAutoscalerBehavior>): string {
  return JSON.stringify({ ScaleUp: rulesAsText(scaleUp), ScaleDown: rulesAsText(scaleDown) })
}

function rulesAsText(rules: Readonly<HPAScalingRules> | undefined): object | null {
  if (rules === undefined) return null
  const { stabilizationWindowSeconds, selectPolicy, policies } = rules
  return {
    StabilizationWindowSeconds: stabilizationWindowSeconds ?? null,
    SelectPolicy: selectPolicy ?? null,
    Policies: policies?.map(({ type, value, periodSeconds }) => ({ Type: type, Value: value, PeriodSeconds: periodSeconds })) ?? null,
  }
}

/** The behavior that an annotation says, read already; undefined where it says none. Go reads names in any case. */
export function behaviorFromText(value: unknown): object | undefined {
  if (!isJsonObject(value)) return undefined
  const read = (name: string): object => {
    const rules = member(value, name)
    return isJsonObject(rules) ? { [name]: rulesFromText(rules) } : {}
  }
  return { ...read('scaleUp'), ...read('scaleDown') }
}

function rulesFromText(rules: Readonly<Record<string, unknown>>): object {
  const policies = member(rules, 'policies')
  return {
    ...present(rules, 'stabilizationWindowSeconds'),
    ...present(rules, 'selectPolicy'),
    ...(Array.isArray(policies)
      ? {
          policies: policies
            .filter(isJsonObject)
            .map((one) => ({ ...present(one, 'type'), ...present(one, 'value'), ...present(one, 'periodSeconds') })),
        }
      : {}),
  }
}

function present(object: Readonly<Record<string, unknown>>, name: string): object {
  const value = member(object, name)
  return value === undefined || value === null ? {} : { [name]: value }
}

function member(object: Readonly<Record<string, unknown>>, name: string): unknown {
  const found = Object.keys(object).find((key) => key.toLowerCase() === name.toLowerCase())
  return found === undefined ? undefined : object[found]
}
