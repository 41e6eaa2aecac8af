import type { Storage } from '@kubetape/storage'
import type { WaitingRequest } from './flow-control.ts'

/** A list of so many objects costs one seat more. */
const OBJECTS_PER_SEAT = 100
const SEATS_MAX = 10

/** How many seats a request takes: lists by how many objects they may have to look at, anything else one (KEP-1040, "Width of a request"). */
export function seatsOf({ info, limit }: WaitingRequest, storage: Storage): number {
  if (!info.isResource || info.verb !== 'list') return 1
  const objects = storage.count({ group: info.group, resource: info.resource })
  const looked = limit !== undefined && limit > 0 ? Math.min(limit, objects) : objects
  return Math.min(SEATS_MAX, Math.max(1, Math.ceil(looked / OBJECTS_PER_SEAT)))
}
