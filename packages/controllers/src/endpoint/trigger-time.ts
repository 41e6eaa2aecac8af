/** Says when what made an object change happened (API reference, core/v1 EndpointsLastChangeTriggerTime). */
export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time'

/** The earliest of these times, all in UTC; undefined where there is none. */
export function earliest(times: readonly (string | null | undefined)[]): string | undefined {
  let first: string | undefined
  for (const time of times) if (time && (first === undefined || Date.parse(time) < Date.parse(first))) first = time
  return first
}

/** Annotations with this trigger time, or without one. */
export function triggeredAt(annotations: Readonly<Record<string, string>> | undefined, time: string | undefined): Record<string, string> {
  const { [TRIGGER_TIME]: _before, ...others } = annotations ?? {}
  return time === undefined ? others : { ...others, [TRIGGER_TIME]: time }
}
