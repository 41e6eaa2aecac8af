import { type CsiDrivers, connectCsiDrivers } from '@kubetape/csi'
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

/** The drivers of a control plane. */
export interface ConnectedDrivers {
  readonly drivers: CsiDrivers
  /** What to tell the user. */
  readonly lines: readonly string[]
  /** Call it when no controller runs any more. */
  stop(): Promise<void>
}

/** Starts and connects what the flags say; undefined when they say nothing. */
export async function connectDrivers(
  { csiDirectory }: CsiFlags,
  { data, logger, clock = systemClock() }: { readonly data: string; readonly logger: Logger; readonly clock?: Clock },
): Promise<ConnectedDrivers | undefined> {
  if (csiDirectory === undefined) return undefined
  const directory = await startCsiDirectory({
    data,
    ...(csiDirectory === true ? {} : { folder: csiDirectory }),
    clock,
    warn: (message) => logger.warn(message),
  })
  const log = {
    info: (message: string, fields: object): void => logger.info(fields, message),
    warn: (message: string, fields: object): void => logger.warn(fields, message),
  }
  const connections = connectCsiDrivers({ endpoints: [directory.endpoint], clock, log })
  return {
    drivers: connections.drivers,
    lines: [`Volumes of ${directory.name} are in ${directory.root}`],
    stop: async () => {
      await connections.stop()
      await directory.stop()
    },
  }
}
