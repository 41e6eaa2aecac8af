import {
  type FieldError,
  type FieldPath,
  forbidden,
  httpHeaderNameErrors,
  invalid,
  notSupported,
  portNameErrors,
  portNumberErrors,
  required,
} from '@kubetape/apimachinery'
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from '@kubetape/api/types/core/v1'
import type { AnyContainer } from './container-walk.ts'
import { checkNonNegative, checkRule } from './field-rule.ts'

/** Validates the three probes of a container in upstream's order; `graceSeconds` is the Pod's termination grace period. */
export function validateProbes(container: AnyContainer, path: FieldPath, graceSeconds: number): FieldError[] {
  const errors: FieldError[] = []
  for (const kind of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const probe = container[kind]
    if (!probe) continue
    const place = path.child(kind)
    errors.push(...validateProbe(probe, place, graceSeconds))
    if (kind === 'readinessProbe') {
      const own = probe.terminationGracePeriodSeconds
      if (own !== undefined) errors.push(invalid(place.child('terminationGracePeriodSeconds'), own, 'must not be set for readinessProbes'))
    } else if ((probe.successThreshold ?? 0) !== 1) {
      errors.push(invalid(place.child('successThreshold'), probe.successThreshold ?? 0, 'must be 1'))
    }
  }
  return errors
}

function validateProbe(probe: Probe, path: FieldPath, graceSeconds: number): FieldError[] {
  const { terminationGracePeriodSeconds: own } = probe
  return [
    ...validateHandler(probe, path, graceSeconds),
    ...(['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const).flatMap((field) =>
      checkNonNegative(path.child(field), probe[field]),
    ),
    ...(own !== undefined && own <= 0 ? [invalid(path.child('terminationGracePeriodSeconds'), own, 'must be greater than 0')] : []),
  ]
}

/** Validates what runs after a container's start and before its stop (API reference, Lifecycle). */
export function validateLifecycle(lifecycle: Lifecycle, path: FieldPath, graceSeconds: number): FieldError[] {
  return (['postStart', 'preStop'] as const).flatMap((moment) => {
    const handler = lifecycle[moment]
    return handler ? validateHandler(handler, path.child(moment), graceSeconds) : []
  })
}

function validateHandler(handler: LifecycleHandler & Probe, path: FieldPath, graceSeconds: number): FieldError[] {
  const errors: FieldError[] = []
  const checks: Record<string, (place: FieldPath) => FieldError[]> = {
    exec: (place) => (handler.exec?.command?.length ? [] : [required(place.child('command'))]),
    httpGet: (place) => validateHttpGet(handler.httpGet!, place),
    tcpSocket: (place) => validatePort(handler.tcpSocket!.port ?? 0, place.child('port')),
    grpc: (place) => validatePort(handler.grpc!.port ?? 0, place.child('port')),
    sleep: (place) => validateSleep(handler.sleep!.seconds ?? 0, place, graceSeconds),
  }
  let given = 0
  for (const [type, check] of Object.entries(checks)) {
    if (!handler[type as keyof (LifecycleHandler & Probe)]) continue
    const place = path.child(type)
    errors.push(...(given++ > 0 ? [forbidden(place, 'may not specify more than 1 handler type')] : check(place)))
  }
  if (given === 0) errors.push(required(path, 'must specify a handler type'))
  return errors
}

function validateHttpGet(action: HTTPGetAction, path: FieldPath): FieldError[] {
  return [
    ...(action.path ? [] : [required(path.child('path'))]),
    ...validatePort(action.port ?? 0, path.child('port')),
    ...(action.scheme === 'HTTP' || action.scheme === 'HTTPS'
      ? []
      : [notSupported(path.child('scheme'), action.scheme ?? '', ['HTTP', 'HTTPS'])]),
    ...(action.httpHeaders ?? []).flatMap((header) => checkRule(path.child('httpHeaders'), header.name ?? '', httpHeaderNameErrors)),
  ]
}

/** A port by number or by name. */
function validatePort(port: number | string, path: FieldPath): FieldError[] {
  return typeof port === 'string' ? checkRule(path, port, portNameErrors) : checkRule(path, port, portNumberErrors)
}

/** KEP-3960: a container may not sleep past the time in which it has to stop. */
function validateSleep(seconds: number, path: FieldPath, graceSeconds: number): FieldError[] {
  if (seconds > 0 && seconds <= graceSeconds) return []
  return [invalid(path, seconds, `must be greater than 0 and less than terminationGracePeriodSeconds (${graceSeconds})`)]
}
