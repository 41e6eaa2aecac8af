import type { Logger } from '@kubetape/component-base'
import { type Clock, systemClock } from '@kubetape/determinism'
import type { Command } from 'commander'
import { startCsiDirectory } from '../csi-directory.ts'

/** Flags about the drivers that make volumes. */
export interface CsiFlags {
  /** True without a folder. */
  csiDirectory?: string | true
}

export function addCsiFlags(command: Command): Command {
  return command
    .optionsGroup('Volumes:')
    .option(
      '--csi-directory [folder]',
      'run the driver csi.kubetape.dev, which keeps each volume as a directory (default: csi-directory in the data folder)',
    )
}

/** A driver that runs in this process. */
export interface OwnDriver {
  readonly endpoint: string
  /** What to tell the user. */
  readonly line: string
  /** Call it when no controller runs any more. */
  stop(): Promise<void>
}

/** Starts what the flags say; undefined when they say nothing. */
export async function startDriver(
  { csiDirectory }: CsiFlags,
  { data, logger, clock = systemClock() }: { readonly data: string; readonly logger: Logger; readonly clock?: Clock },
): Promise<OwnDriver | undefined> {
  if (csiDirectory === undefined) return undefined
  const served = await startCsiDirectory({
    data,
    ...(csiDirectory === true ? {} : { folder: csiDirectory }),
    clock,
    warn: (message) => logger.warn(message),
  })
  return { endpoint: served.endpoint, line: `Volumes of ${served.name} are in ${served.root}`, stop: () => served.stop() }
}
