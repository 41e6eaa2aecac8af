import { CsiError } from '../csi-error.ts'
import { bindPlacement, linkPlacement, type Placement } from './placement.ts'
import type { PlacementKind, StoredVolume } from './stored-volume.ts'

/** Finds out whether somebody sees a volume now. What was written down may be of a place that has gone since, with a reboot for example. */
export class InUse {
  readonly #data: (volume: StoredVolume) => string
  readonly #placements: Readonly<Record<PlacementKind, Placement>>

  constructor(
    data: (volume: StoredVolume) => string,
    placements: Readonly<Record<PlacementKind, Placement>> = { bind: bindPlacement(), link: linkPlacement() },
  ) {
    this.#data = data
    this.#placements = placements
  }

  /** The way that a publication was made, whatever is the best way today. */
  placement(kind: PlacementKind): Placement {
    return this.#placements[kind]
  }

  /** @throws CsiError `FAILED_PRECONDITION` with the first place where the volume can be seen */
  async checkUnused(volume: StoredVolume): Promise<void> {
    for (const { kind, path } of volume.published)
      if (await this.placement(kind).isPlaced(this.#data(volume), path))
        throw new CsiError('FAILED_PRECONDITION', `Cannot delete volume "${volume.id}": it is still published at "${path}"`)
  }
}
