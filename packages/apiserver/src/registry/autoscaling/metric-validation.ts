import type { CrossVersionObjectReference, MetricIdentifier, MetricSpec, MetricTarget } from '@kubetape/api/types/autoscaling/v2'
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  parseQuantity,
  pathSegmentErrors,
  required,
} from '@kubetape/apimachinery'
import { invalidQuantity } from '../core/go-quantity.ts'

const TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource']
const TARGETS = ['Utilization', 'Value', 'AverageValue']
/** Sources in upstream's order, each with the type of metric that has it. */
const SOURCES = [
  ['object', 'Object'],
  ['external', 'External'],
  ['pods', 'Pods'],
  ['resource', 'Resource'],
  ['containerResource', 'ContainerResource'],
] as const

type Source = (typeof SOURCES)[number][0]

/** What is wrong with the metrics; without any that is there while nothing runs, none can bring an autoscaler back from zero. */
export function validateMetrics(
  metrics: readonly MetricSpec[] | undefined,
  path: FieldPath,
  minReplicas: number | undefined,
): FieldError[] {
  const errors = (metrics ?? []).flatMap((metric, at) => validateMetric(metric, path.index(at)))
  const fromZero = (metrics ?? []).some(({ type }) => type === 'Object' || type === 'External')
  if (minReplicas === 0 && !fromZero)
    errors.push(forbidden(path, 'must specify at least one Object or External metric to support scaling to zero replicas'))
  return errors
}

function validateMetric(metric: Readonly<MetricSpec>, path: FieldPath): FieldError[] {
  const { type } = metric
  const errors: FieldError[] = []
  const known = TYPES.includes(type)
  if (!type) errors.push(required(path.child('type'), 'must specify a metric source type'))
  if (!known) errors.push(notSupported(path.child('type'), type ?? '', TYPES))
  const present = SOURCES.map(([source]) => source).filter((source) => metric[source] !== undefined)
  const [first] = present
  if (first !== undefined) errors.push(...validateSource(metric, first, path.child(first)))
  const expected = SOURCES.find(([, its]) => its === type)?.[0]
  if (expected === undefined) errors.push(notSupported(path.child('type'), type ?? '', TYPES))
  else if (metric[expected] === undefined)
    errors.push(required(path.child(expected), 'must populate information for the given metric source'))
  if (present.length !== 1)
    for (const source of present)
      if (source !== expected) errors.push(forbidden(path.child(source), 'must populate the given metric source only'))
  return errors
}

function validateSource(metric: Readonly<MetricSpec>, source: Source, path: FieldPath): FieldError[] {
  const { object, external, pods, resource, containerResource } = metric
  const target = path.child('target')
  switch (source) {
    case 'object':
      return [
        ...validateReference(object!.describedObject, path.child('describedObject')),
        ...validateIdentifier(object!.metric, path.child('metric')),
        ...validateTarget(object!.target, target),
        ...eitherValue(object!.target, target),
      ]
    case 'external':
      return [
        ...validateIdentifier(external!.metric, path.child('metric')),
        ...validateTarget(external!.target, target),
        ...eitherValue(external!.target, target),
        ...(external!.target?.value !== undefined && external!.target.averageValue !== undefined
          ? [forbidden(target.child('value'), 'may not set both a target value for metric and a per-pod target')]
          : []),
      ]
    case 'pods':
      return [
        ...validateIdentifier(pods!.metric, path.child('metric')),
        ...validateTarget(pods!.target, target),
        ...(isPositive(pods!.target?.averageValue)
          ? []
          : [required(target.child('averageValue'), 'must specify a positive target averageValue')]),
      ]
    case 'resource':
      return validateResource(resource!, path)
    case 'containerResource':
      return [
        ...(containerResource!.name ? [] : [required(path.child('name'), 'must specify a resource name')]),
        ...(containerResource!.container ? [] : [required(path.child('container'), 'must specify a container')]),
        ...validateResource({ ...containerResource!, name: containerResource!.name || 'named above' }, path),
      ]
  }
}

function validateResource({ name, target }: { readonly name: string; readonly target?: MetricTarget }, path: FieldPath): FieldError[] {
  const at = path.child('target')
  const errors = name ? [] : [required(path.child('name'), 'must specify a resource name')]
  errors.push(...validateTarget(target, at))
  const [hasUtilization, hasValue] = [target?.averageUtilization !== undefined, target?.averageValue !== undefined]
  if (!hasUtilization && !hasValue)
    errors.push(required(at.child('averageUtilization'), 'must set either a target raw value or a target utilization'))
  if (hasUtilization && hasValue)
    errors.push(forbidden(at.child('averageValue'), 'may not set both a target raw value and a target utilization'))
  return errors
}

function eitherValue(target: Readonly<MetricTarget> | undefined, path: FieldPath): FieldError[] {
  return target?.value === undefined && target?.averageValue === undefined
    ? [required(path.child('averageValue'), 'must set either a target value for metric or a per-pod target')]
    : []
}

function validateTarget(target: Readonly<MetricTarget> | undefined, path: FieldPath): FieldError[] {
  const { type = '', value, averageValue, averageUtilization } = target ?? ({} as Partial<MetricTarget>)
  const errors: FieldError[] = []
  if (!type) errors.push(required(path.child('type'), 'must specify a metric target type'))
  if (!TARGETS.includes(type)) errors.push(invalid(path.child('type'), type, 'must be either Utilization, Value, or AverageValue'))
  if (value !== undefined && !isPositive(value)) errors.push(invalidQuantity(path.child('value'), parseQuantity(value), 'must be positive'))
  if (averageValue !== undefined && !isPositive(averageValue))
    errors.push(invalidQuantity(path.child('averageValue'), parseQuantity(averageValue), 'must be positive'))
  if (averageUtilization !== undefined && averageUtilization < 1)
    errors.push(invalid(path.child('averageUtilization'), averageUtilization, 'must be greater than 0'))
  return errors
}

const isPositive = (text: string | undefined): boolean => text !== undefined && parseQuantity(text).sign > 0

function validateIdentifier(metric: Readonly<MetricIdentifier> | undefined, path: FieldPath): FieldError[] {
  const name = metric?.name ?? ''
  if (name === '') return [required(path.child('name'), 'must specify a metric name')]
  return pathSegmentErrors(name).map((detail) => invalid(path.child('name'), name, detail))
}

/** What an autoscaler refers to by kind and name. */
export function validateReference(reference: Readonly<CrossVersionObjectReference> | undefined, path: FieldPath): FieldError[] {
  return (['kind', 'name'] as const).flatMap((field) => {
    const value = reference?.[field] ?? ''
    if (value === '') return [required(path.child(field))]
    return pathSegmentErrors(value).map((detail) => invalid(path.child(field), value, detail))
  })
}
