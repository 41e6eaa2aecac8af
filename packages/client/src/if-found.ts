import { isNotFound } from '@kubetape/apimachinery'

/** What a request for one object answers; undefined where there is none. Rejects with every other error. */
export async function ifFound<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}
