import type { ApiRequest } from '@kubetape/apiserver'
import type { ActorRecord } from '@kubetape/journal'

/** What the tape says of whoever made a request that is no reconcile run's. */
export function actorOf({ user, userAgent, options: { fieldManager }, verb, subresource }: ApiRequest): ActorRecord {
  return {
    user: user.name,
    groups: user.groups,
    userAgent,
    ...(fieldManager === undefined ? {} : { fieldManager }),
    verb,
    ...(subresource === '' ? {} : { subresource }),
  }
}
