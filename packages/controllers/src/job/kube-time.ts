/** A time of an object as Unix milliseconds; undefined where there is none or it cannot be read. */
export function kubeTimeMs(time: string | null | undefined): number | undefined {
  if (!time) return undefined
  const ms = Date.parse(time)
  return Number.isNaN(ms) ? undefined : ms
}
