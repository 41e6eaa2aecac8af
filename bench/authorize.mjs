// Decisions per second of the authorizers over 1,000 roles and 10,000 bindings: node --conditions=@kubetape/source bench/authorize.mjs
// [--roles 1000] [--bindings 10000] [--decisions 300000] [--runs 3]; the same with a tenth of the bindings beside it.
import { ClusterRole, ClusterRoleBinding, Namespace, Role, RoleBinding } from '@kubetape/api/kinds'
import { ControlPlane } from '@kubetape/control-plane'
import { systemClock } from '@kubetape/determinism'
import { flagsOf } from './_arguments.mjs'
import { Figures } from './_figures.mjs'

const flags = flagsOf({ roles: 1000, bindings: 10_000, decisions: 300_000, runs: 3 })
const clock = systemClock({ unref: false })
const figures = new Figures()
const NAMESPACES = 50
/** Each user and each team has as many bindings, however many there are: what grows are the bindings of others. */
const BINDINGS_OF_USER = 5
const BINDINGS_OF_TEAM = 5
const RBAC = 'rbac.authorization.k8s.io'
const RESOURCES = ['pods', 'services', 'configmaps', 'secrets', 'endpoints']

/** A control plane in process, without controllers, with so many roles and bindings; four in five bindings are of namespaces. */
async function filled(roles, bindings) {
  const plane = await ControlPlane.start({ controllers: [] })
  const client = plane.client('bench')
  const all = (count, make) => Promise.all(Array.from({ length: count }, (_, at) => make(at)))
  await all(NAMESPACES, (at) => client.create(Namespace, { metadata: { name: `ns-${at}` }, spec: {} }))
  const rules = (at) => [
    { apiGroups: [''], resources: [RESOURCES[at % 5], 'events'], verbs: ['get', 'list'] },
    { apiGroups: ['apps'], resources: ['deployments', 'deployments/scale'], verbs: ['get', 'update'] },
    { apiGroups: ['batch'], resources: ['jobs'], resourceNames: [`job-${at}`], verbs: ['*'] },
  ]
  await all(roles, (at) =>
    at % 2 === 0
      ? client.create(ClusterRole, { metadata: { name: `role-${at}` }, rules: rules(at) })
      : client.create(Role, { metadata: { name: `role-${at}`, namespace: `ns-${at % NAMESPACES}` }, rules: rules(at) }),
  )
  await all(bindings, (at) => {
    const metadata = { name: `binding-${at}` }
    const roleRef = { apiGroup: RBAC, kind: 'ClusterRole', name: `role-${(at * 2) % roles}` }
    const subject = at % 10 === 0 ? { kind: 'Group', name: team(at / 10, bindings) } : { kind: 'User', name: userName(at, bindings) }
    const subjects = [{ apiGroup: RBAC, ...subject }]
    return at % 5 === 0
      ? client.create(ClusterRoleBinding, { metadata, roleRef, subjects })
      : client.create(RoleBinding, { metadata: { ...metadata, namespace: `ns-${at % NAMESPACES}` }, roleRef, subjects })
  })
  return plane
}

const userName = (at, bindings) => `user-${at % (bindings / BINDINGS_OF_USER)}`
const team = (at, bindings) => `team-${at % (bindings / 10 / BINDINGS_OF_TEAM)}`
const user = (at, bindings) => ({ name: userName(at, bindings), groups: [team(at, bindings), 'system:authenticated'] })

const QUESTIONS = {
  'a namespace': (at, bindings) => ({
    user: user(at, bindings),
    isResource: true,
    verb: at % 3 === 0 ? 'update' : 'get',
    group: at % 4 === 0 ? 'apps' : '',
    version: 'v1',
    resource: at % 4 === 0 ? 'deployments' : RESOURCES[(at * 7) % 5],
    subresource: '',
    namespace: `ns-${at % NAMESPACES}`,
    name: 'x',
  }),
  'discovery paths': (at, bindings) => ({ user: user(at, bindings), isResource: false, verb: 'get', path: '/apis/apps/v1' }),
}

async function measure(plane, name, question, bindings) {
  const { authorizer } = plane.apiserver.registry.environment
  const asked = Array.from({ length: 10_000 }, (_, at) => question(at, bindings))
  let allowed = 0
  const startedMs = clock.monotonicMs()
  for (let at = 0; at < flags.decisions; at++) if (authorizer.authorize(asked[at % asked.length]).verdict === 'allow') allowed++
  figures.add(name, 'decisions/s', 'ours', (flags.decisions / (clock.monotonicMs() - startedMs)) * 1000)
  return allowed / flags.decisions
}

for (const bindings of [flags.bindings / 10, flags.bindings]) {
  const plane = await filled(flags.roles, bindings)
  for (const [what, question] of Object.entries(QUESTIONS)) {
    await measure(plane, 'warm-up', question, bindings)
    for (let run = 0; run < flags.runs; run++) {
      const share = await measure(plane, `${what}, ${bindings} bindings`, question, bindings)
      if (run === 0) console.log(`${what}, ${bindings} bindings: ${Math.round(share * 100)} % allowed`)
    }
  }
  await plane.stop()
}
figures.print()
