import { deepFreeze } from '@kubetape/apimachinery'

/** What one call of `context.outside` or `context.call` came to, as it stands on the tape; JSON. No member at all: it answered undefined. */
export type OutsideReading =
  { readonly value?: unknown } | { readonly error: { readonly name: string; readonly message: string; readonly code?: string | number } }

/** Calls `read` and says what came of it, with what the tape can hold only; an answer that is no JSON is an error. Never throws. */
export function readOutside(read: () => unknown): OutsideReading {
  try {
    return deepFreeze(JSON.parse(JSON.stringify({ value: read() })) as OutsideReading)
  } catch (error) {
    return deepFreeze({ error: describeError(error) })
  }
}

/** The same for an answer that has to be waited for. */
export async function awaitOutside(perform: () => Promise<unknown>): Promise<OutsideReading> {
  try {
    const value = await perform()
    return readOutside(() => value)
  } catch (error) {
    return readOutside(() => {
      throw error
    })
  }
}

/** Answers or throws what the reading says: the same when it was made and when it comes from a tape. */
export function outsideAnswer(reading: OutsideReading): unknown {
  if (!('error' in reading)) return reading.value
  const { name, message, code } = reading.error
  throw Object.assign(new Error(message), { name }, code === undefined ? {} : { code })
}

function describeError(error: unknown): { name: string; message: string; code?: string | number } {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { code } = error as { code?: unknown }
  return { name: error.name, message: error.message, ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}) }
}
