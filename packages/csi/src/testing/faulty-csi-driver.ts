import type { CsiDriver } from '../csi-driver.ts'
import { CsiError } from '../csi-error.ts'
import type { CsiMethodName } from '../client/timeouts.ts'

/**
 * What befalls a call:
 *
 * - `crash-before`, `crash-after`: the caller's process dies before the call has an effect, or after it, without an answer.
 * - `refused`: the driver is gone, and nothing has happened (UNAVAILABLE).
 * - `lost-answer`: the driver dies after the effect; its answer is never heard (UNAVAILABLE).
 * - `late`: the call has its effect after the caller has given up (DEADLINE_EXCEEDED).
 */
export type CsiFault = 'crash-before' | 'crash-after' | 'refused' | 'lost-answer' | 'late'

export const CSI_FAULTS: readonly CsiFault[] = ['crash-before', 'crash-after', 'refused', 'lost-answer', 'late']

/** One call at the border to a driver. */
export interface CsiCallPoint {
  /** The how-manieth call of this wrapper, from 0. */
  readonly index: number
  readonly method: CsiMethodName
  readonly request: unknown
}

export interface FaultyCsiDriverOptions {
  /** Decides for each call. */
  readonly fault: (point: CsiCallPoint) => CsiFault | undefined
  /** Kills the caller; it hears nothing of the call any more. */
  readonly onCrash: (point: CsiCallPoint) => void
}

/**
 * The driver behind a border where things go wrong. To enumerate kills: run once without faults and count the calls, then once for each
 * index and each of CSI_FAULTS, with `faultAt(index, fault)`.
 */
export function faultyCsiDriver(driver: CsiDriver, { fault, onCrash }: FaultyCsiDriverOptions): CsiDriver {
  let calls = 0
  const border = async (method: CsiMethodName, request: unknown): Promise<unknown> => {
    const point = { index: calls++, method, request }
    const perform = (): Promise<unknown> => driver[method](request as never)
    const never = new Promise<never>(() => undefined)
    switch (fault(point)) {
      case undefined:
        return perform()
      case 'crash-before':
        onCrash(point)
        return never
      case 'crash-after':
        await settled(perform())
        onCrash(point)
        return never
      case 'refused':
        throw new CsiError('UNAVAILABLE', 'the driver is not there')
      case 'lost-answer':
        await settled(perform())
        throw new CsiError('UNAVAILABLE', 'the connection was lost')
      case 'late':
        // Not waited for: it begins in a later turn than the caller hears of it.
        void Promise.resolve().then(() => settled(perform()))
        throw new CsiError('DEADLINE_EXCEEDED', 'context deadline exceeded')
    }
  }
  return new Proxy(driver, {
    // What the driver does not have stays undefined, `then` above all: a driver is no promise.
    get: (target, key: keyof CsiDriver): unknown =>
      key === 'info' || !(key in target) ? Reflect.get(target, key) : (request: unknown) => border(key, request),
  })
}

/** One fault, at the call with this index. */
export function faultAt(index: number, fault: CsiFault): (point: CsiCallPoint) => CsiFault | undefined {
  return (point) => (point.index === index ? fault : undefined)
}

async function settled(call: Promise<unknown>): Promise<void> {
  await call.catch(() => undefined)
}
