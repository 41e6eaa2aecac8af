import { type FieldPath } from '@kubetape/apimachinery'
import type { Container, EphemeralContainer, PodSpec } from '@kubetape/api/types/core/v1'

/** A container of any of a Pod's three lists. */
export type AnyContainer = Container | EphemeralContainer

/** Which of a Pod's lists a container is in. */
export type ContainerList = 'initContainers' | 'containers' | 'ephemeralContainers'

/** Every container of a Pod in upstream's order: init containers, containers, ephemeral containers. */
export function* allContainers(spec: Readonly<PodSpec>): Generator<AnyContainer> {
  yield* spec.initContainers ?? []
  yield* spec.containers ?? []
  yield* spec.ephemeralContainers ?? []
}

/** The same containers with their places: `path` is that of the spec. */
export function* placedContainers(
  spec: Readonly<PodSpec>,
  path: FieldPath,
): Generator<{ container: AnyContainer; path: FieldPath; list: ContainerList }> {
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    const containers: readonly AnyContainer[] = spec[list] ?? []
    const listPath = path.child(list)
    for (const [at, container] of containers.entries()) yield { container, path: listPath.index(at), list }
  }
}

/** An init container that keeps running beside the main ones (KEP-753, sidecar containers). */
export const isSidecar = (container: AnyContainer | undefined): boolean => container?.restartPolicy === 'Always'
