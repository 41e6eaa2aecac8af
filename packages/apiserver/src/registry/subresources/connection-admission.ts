import { admissionAttributes, admit } from '../admit.ts'
import type { RegistryEnvironment, RequestContext } from '../environment.ts'
import type { ServedResource } from '../served-resource.ts'
import type { Draft } from '../strategy.ts'

const STREAM_FLAGS = ['stdin', 'stdout', 'stderr', 'tty']

/** The kinds of options of connections: their flags, and their texts (the first value of a list is what a request keeps). */
const CONNECTIONS = {
  attach: { kind: 'PodAttachOptions', flags: STREAM_FLAGS, texts: [['container', false]] },
  exec: {
    kind: 'PodExecOptions',
    flags: STREAM_FLAGS,
    texts: [
      ['container', false],
      ['command', true],
    ],
  },
  portforward: { kind: 'PodPortForwardOptions', flags: [], texts: [] },
  proxy: { kind: 'PodProxyOptions', flags: [], texts: [['path', false]] },
  serviceProxy: { kind: 'ServiceProxyOptions', flags: [], texts: [['path', false]] },
  nodeProxy: { kind: 'NodeProxyOptions', flags: [], texts: [['path', false]] },
} as const satisfies Record<string, { kind: string; flags: readonly string[]; texts: readonly (readonly [string, boolean])[] }>

/** Admission is asked about a connection (CONNECT) with the options of its kind, before anybody looks whether there is such a Pod. */
export async function admitConnection(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
  what: keyof typeof CONNECTIONS,
): Promise<void> {
  const { kind, texts, flags } = CONNECTIONS[what]
  const query = context.request.query ?? {}
  const draft: Draft = { kind, apiVersion: 'v1' }
  for (const name of flags) if (query[name] === 'true' || query[name] === '1') draft[name] = true
  for (const [name, isList] of texts) if (query[name]) draft[name] = isList ? [query[name]] : query[name]
  const gvk = { group: '', version: 'v1', kind }
  const { name } = context.request
  await admit(environment, admissionAttributes(resource, context, { operation: 'CONNECT', name, draft, kind: gvk }))
}
