import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import { resourceOfKind } from '@kubetape/api'
import { CustomResourceDefinition } from '@kubetape/api/kinds'
import { findCondition, hasCondition, type Kind, type KubeObject } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import { type Clock, sleep, systemClock } from '@kubetape/determinism'
import type * as Yaml from 'yaml'
import { ControlPlaneOptionError } from './option-error.ts'

const load = createRequire(import.meta.url)
const EXTENSIONS = new Set(['.yaml', '.yml', '.json'])
/** How long a definition may take until it is served, and how often that is looked at. */
const ESTABLISHED_MS = 10_000
const POLL_MS = 20
/** What others live in or are made of comes first. */
const FIRST = ['CustomResourceDefinition', 'Namespace']

/**
 * The objects in YAML and JSON files and in folders of them, definitions and namespaces first. Throws a ControlPlaneOptionError that names the
 * file for what cannot be read and for what is no object.
 */
export function readManifests(paths: readonly string[]): KubeObject[] {
  const rank = ({ kind = '' }: KubeObject): number => (FIRST.indexOf(kind) + FIRST.length + 1) % (FIRST.length + 1)
  return paths.flatMap((path) => objectsIn(path)).toSorted((a, b) => rank(a) - rank(b))
}

function objectsIn(path: string): KubeObject[] {
  const refuse = (why: string): never => {
    throw new ControlPlaneOptionError(`Cannot read "${path}": ${why}`)
  }
  const found = statSync(path, { throwIfNoEntry: false }) ?? refuse('there is no such file')
  if (found.isDirectory())
    return readdirSync(path)
      .filter((name) => EXTENSIONS.has(extname(name)))
      .toSorted()
      .flatMap((name) => objectsIn(join(path, name)))
  // Loaded when it is first needed, so that a start without manifests is sooner.
  const { parseAllDocuments } = load('yaml') as typeof Yaml
  return parseAllDocuments(readFileSync(path, 'utf8')).flatMap((document) => {
    if (document.errors.length > 0) refuse(document.errors[0]!.message)
    const object = document.toJS() as KubeObject | null
    if (object === null) return []
    const { apiVersion, kind, metadata } = object
    if (apiVersion && kind && metadata?.name) return [object]
    return refuse('it has something that is no object of Kubernetes: apiVersion, kind and metadata.name are required')
  })
}

/**
 * Applies objects (server-side, as field manager `kubetape`, taking fields over), in the order given; those of namespaced kinds that name no
 * namespace to `default`. Custom kinds are those of the definitions that the cluster has by then: it is waited until a definition that was applied
 * is served. Throws what the server answers.
 */
export async function applyManifests(client: Client, objects: readonly KubeObject[], clock: Clock = systemClock()): Promise<void> {
  for (const object of objects) {
    const kind = await kindOf(client, object)
    const { name = '', namespace = 'default' } = object.metadata ?? {}
    const target = kind.namespaced ? { namespace, name } : { name }
    await client.patch(kind, target, { type: 'apply', body: object }, { fieldManager: 'kubetape', force: true })
    if (kind.kind === CustomResourceDefinition.kind) await established(client, name, clock)
  }
}

async function established(client: Client, name: string, clock: Clock): Promise<void> {
  for (const end = clock.monotonicMs() + ESTABLISHED_MS; ; await sleep(clock, POLL_MS)) {
    const { status } = await client.get(CustomResourceDefinition, { name })
    if (hasCondition(status?.conditions, 'Established')) return
    if (clock.monotonicMs() < end) continue
    const why = findCondition(status?.conditions, 'NamesAccepted')?.message ?? 'the server does not say why'
    throw new ControlPlaneOptionError(`Cannot use the definition ${name}: it is not established (${why})`)
  }
}

async function kindOf(client: Client, { apiVersion = '', kind = '' }: KubeObject): Promise<Kind> {
  const [version = '', group = ''] = apiVersion.split('/').toReversed()
  const builtin = resourceOfKind({ group, version, kind })
  if (builtin !== undefined) return { group, version, kind, resource: builtin.resource, namespaced: builtin.namespaced }
  const { items } = await client.list(CustomResourceDefinition)
  const definition = items.find(({ spec }) => spec.group === group && spec.names.kind === kind)
  if (definition === undefined)
    throw new ControlPlaneOptionError(`Cannot apply ${kind} of ${apiVersion}: neither Kubernetes nor a definition has this kind`)
  return { group, version, kind, resource: definition.spec.names.plural, namespaced: definition.spec.scope === 'Namespaced' }
}
