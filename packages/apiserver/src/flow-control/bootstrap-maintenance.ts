import { isDeepStrictEqual } from 'node:util'
import { FlowSchema, PriorityLevelConfiguration } from '@kubetape/api/kinds'
import { type Kind, type KubeObject, StatusError } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { Clock, Timer } from '@kubetape/determinism'
import type { Storage } from '@kubetape/storage'
import {
  type BootstrapSpecs,
  mandatoryFlowSchemas,
  mandatoryPriorityLevels,
  suggestedFlowSchemas,
  suggestedPriorityLevels,
} from './bootstrap-objects.ts'

/** "true": the server keeps the object's spec what this release suggests; "false": it is the administrator's. */
const AUTO_UPDATE = 'apf.kubernetes.io/autoupdate-spec'
/** Refusals that another round repairs: somebody else was faster, or the server is stopping. */
const SETTLED = new Set([404, 409, 500, 504])

/**
 * Makes the FlowSchemas and PriorityLevelConfigurations that every cluster has, and brings those up to date that are the server's to keep. All are
 * written at once, so that they share a commit.
 */
export async function ensureFlowControlObjects(client: Client): Promise<void> {
  await Promise.all([
    ...ensureAll(client, PriorityLevelConfiguration as Kind, mandatoryPriorityLevels, true),
    ...ensureAll(client, PriorityLevelConfiguration as Kind, suggestedPriorityLevels, false),
    ...ensureAll(client, FlowSchema as Kind, mandatoryFlowSchemas, true),
    ...ensureAll(client, FlowSchema as Kind, suggestedFlowSchemas, false),
  ])
}

/** How long after one of them was deleted it is made again (upstream looks every minute). */
const AGAIN_MS = 60_000

/** Makes what is deleted again, in its own time. The answer ends that. */
export function maintainFlowControlObjects({ client, storage, clock }: { client: Client; storage: Storage; clock: Clock }): () => void {
  let timer: Timer | undefined
  const again = (): void => {
    timer = undefined
    // What fails now is made when the server starts again, or when the next one is deleted.
    ensureFlowControlObjects(client).catch(() => undefined)
  }
  const stops = ['flowschemas', 'prioritylevelconfigurations'].map((resource) =>
    storage.watch({ group: 'flowcontrol.apiserver.k8s.io', resource }, { since: storage.revision }, ({ type }) => {
      if (type === 'DELETED') timer ??= clock.setTimer(again, AGAIN_MS)
    }),
  )
  return () => {
    timer?.cancel()
    for (const stop of stops) stop()
  }
}

function ensureAll(client: Client, kind: Kind, specs: BootstrapSpecs<object>, isMandatory: boolean): Promise<void>[] {
  return Object.entries(specs).map(([name, spec]) =>
    ensure(client, kind, name, spec, isMandatory).catch((error: unknown) => {
      if (!(error instanceof StatusError) || !SETTLED.has(error.status.code ?? 0)) throw error
    }),
  )
}

async function ensure(client: Client, kind: Kind, name: string, spec: object, isMandatory: boolean): Promise<void> {
  const current = await client.get(kind, { name }).catch((error: unknown) => {
    if (error instanceof StatusError && error.status.code === 404) return undefined
    throw error
  })
  if (current === undefined) {
    await client.create(kind, { metadata: { name, annotations: { [AUTO_UPDATE]: 'true' } }, spec })
    return
  }
  if (!isMandatory && !isKept(current)) return
  if (isDeepStrictEqual(plain(current['spec']), plain(spec))) return
  await client.update(kind, { ...current, spec })
}

/** An object that nobody has said anything of is the server's as long as nobody but the server has written its spec. */
function isKept({ metadata = {} }: Readonly<KubeObject>): boolean {
  const said = metadata.annotations?.[AUTO_UPDATE]
  return said === undefined ? metadata.generation === 1 : said === 'true'
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null))
