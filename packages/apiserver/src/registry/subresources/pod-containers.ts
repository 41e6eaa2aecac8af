import type { Pod } from '@kubetape/api/types/core/v1'
import { badRequest } from '@kubetape/apimachinery'

/**
 * The container that a log, exec or attach is for: the one that is named, else the only one beside init containers. Throws 400 with upstream's words
 * for one that is not there, and for none where there are several.
 */
export function chosenContainer({ metadata, spec }: Readonly<Pod>, asked: string): string {
  const { initContainers = [], containers, ephemeralContainers = [] } = spec
  const all = [...initContainers, ...containers, ...ephemeralContainers].map(({ name }) => name)
  if (asked !== '') {
    if (!all.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${metadata.name}`)
    return asked
  }
  if (containers.length === 1) return containers[0]!.name
  throw badRequest(`a container name must be specified for pod ${metadata.name}, choose one of: [${all.join(' ')}]`)
}
