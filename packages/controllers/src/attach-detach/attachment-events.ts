import type { AttachedVolume, Pod } from '@kubetape/api/types/core/v1'
import { attachedVolumeName } from '@kubetape/csi'
import type { WantedVolume } from './plan.ts'

/** What a Pod is to be told. */
export interface PodEvent {
  readonly pod: Pod
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

/** The Pods whose volumes a node is told of for the first time are told too. */
export function attachmentEvents(
  report: readonly AttachedVolume[],
  before: readonly AttachedVolume[],
  wanted: readonly WantedVolume[],
): PodEvent[] {
  const known = new Set(before.map(({ name }) => name))
  const added = new Set(report.map(({ name }) => name).filter((name) => !known.has(name)))
  return wanted
    .filter(({ volume }) => added.has(attachedVolumeName(volume.spec.csi!)))
    .flatMap(({ volume, pods }) =>
      pods.map((pod): PodEvent => ({
        pod,
        type: 'Normal',
        reason: 'SuccessfulAttachVolume',
        message: `AttachVolume.Attach succeeded for volume "${volume.metadata.name}" `,
      })),
    )
}
