import { isStatusError } from '@kubetape/apimachinery'
import type { RunLog } from './reconcile.ts'

/** Tells of interrupted watches. Connections break every day; a first failure and a refusal may be why nothing starts, so they are told at warn. */
export function interruptionLog(log: () => RunLog): (error: unknown, retryMs: number) => void {
  let isFirst = true
  return (error, retryMs) => {
    const code = isStatusError(error) ? error.httpCode : 0
    // 410 says only that the watch has to list again.
    const level = code !== 410 && (isFirst || (code >= 400 && code < 500)) ? 'warn' : 'debug'
    if (code !== 410) isFirst = false
    log()[level]('watch interrupted', {
      error: error instanceof Error ? error.message : String(error),
      retryMs: Math.round(retryMs),
    })
  }
}
