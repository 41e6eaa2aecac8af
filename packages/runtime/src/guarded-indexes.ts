import { type KubeObject, objectKey } from '@kubetape/apimachinery'
import type { IndexFunctions } from '@kubetape/informers'

/**
 * Index functions that cannot throw: where one fails, the object is filed under no value of that index, and everything else about the change
 * goes on. Replay uses the same, so that its views file as the informer did.
 */
export function guardedIndexes(
  functions: IndexFunctions<KubeObject>,
  onError: (index: string, key: string, error: unknown) => void,
): IndexFunctions<KubeObject> {
  const guarded: Record<string, (object: KubeObject) => readonly string[]> = {}
  for (const [name, fn] of Object.entries(functions)) {
    guarded[name] = (object) => {
      try {
        return [...fn(object)]
      } catch (error) {
        onError(name, objectKey(object), error)
        return []
      }
    }
  }
  return guarded
}
