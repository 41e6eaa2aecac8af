/** How kubectl prints ages and durations: few digits, coarser the longer they are. */

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365 * DAY

/**
 * At most two units, as `kubectl get` prints an age: `5s`, `2m3s`, `10m`, `3h5m`, `2d3h`, `3y5d`. Clocks may differ by a second, so a
 * duration of more than minus two seconds prints as `0s`; a more negative one is `<invalid>`.
 */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 2 * MINUTE) return `${seconds}s`
  if (seconds < 10 * MINUTE) return twoUnits(seconds, MINUTE, 'm', 1, 's', 60)
  if (seconds < 3 * HOUR) return `${Math.floor(seconds / MINUTE)}m`
  if (seconds < 8 * HOUR) return twoUnits(seconds, HOUR, 'h', MINUTE, 'm', 60)
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)}h`
  if (seconds < 8 * DAY) return twoUnits(seconds, DAY, 'd', HOUR, 'h', 24)
  if (seconds < 2 * YEAR) return `${Math.floor(seconds / DAY)}d`
  if (seconds < 8 * YEAR) return twoUnits(seconds, YEAR, 'y', DAY, 'd', 365)
  return `${Math.floor(seconds / YEAR)}y`
}

/** One unit only: `59s`, `3m`, `23h`, `364d`, `2y`. Negative durations as in `humanDuration`. */
export function shortHumanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < MINUTE) return `${seconds}s`
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)}m`
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)}h`
  if (seconds < YEAR) return `${Math.floor(seconds / DAY)}d`
  return `${Math.floor(seconds / YEAR)}y`
}

function twoUnits(seconds: number, large: number, largeName: string, small: number, smallName: string, smallPerLarge: number): string {
  const rest = Math.floor(seconds / small) % smallPerLarge
  const head = `${Math.floor(seconds / large)}${largeName}`
  return rest === 0 ? head : `${head}${rest}${smallName}`
}
