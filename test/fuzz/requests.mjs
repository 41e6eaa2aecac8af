// Requests for every resource of the API, mostly well-formed, drawn from a seed.
import { allResources } from '@kubetape/api'
import { objectOf } from './objects.mjs'

const RESOURCES = allResources()
/** Few names, so that requests meet each other's objects and the state stays small. */
const NAMES = ['a', 'b', 'c', 'default', 'kube-system']
const ODD_SEGMENTS = [
  '',
  '..',
  '%00',
  '%2F',
  '__proto__',
  'constructor',
  'x'.repeat(3000),
  '%E0%A4%A',
  'é',
  'namespaces',
  'watch',
  '?',
  '#',
]
const ACCEPTS = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json',
  'text/html',
  '*/*',
  'application/json;q=x, ,;;',
  'a'.repeat(5000),
]
const CONTENT_TYPES = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'text/plain',
  ';',
  'application/json; charset=utf-8',
]
const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]
const QUERIES = {
  labelSelector: ['app=web', 'app in (web,api)', '!a', 'a=b,,', 'a in (', '='.repeat(100), 'a>1'],
  fieldSelector: ['metadata.name=a', 'status.phase!=Running', 'x=y', 'metadata.name', ',', 'spec.nodeName=a\\,b'],
  resourceVersion: ['0', '1', '999999999999', '-1', 'x', ''],
  resourceVersionMatch: ['Exact', 'NotOlderThan', 'x'],
  limit: ['1', '0', '-1', '99999999999999999999', 'x'],
  continue: ['x', 'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0', '%'],
  watch: ['1', 'true', 'maybe'],
  allowWatchBookmarks: ['true'],
  sendInitialEvents: ['true', 'false', 'x'],
  timeoutSeconds: ['1', '0', '-1', 'x'],
  dryRun: ['All', 'Some'],
  fieldManager: ['me', 'x'.repeat(200), '\u0001'],
  fieldValidation: ['Strict', 'Warn', 'Ignore', 'x'],
  force: ['true', 'x'],
  pretty: ['true'],
  gracePeriodSeconds: ['0', '-1', '30', 'x'],
  propagationPolicy: ['Foreground', 'Background', 'Orphan', 'x'],
  orphanDependents: ['true'],
  includeObject: ['None', 'Metadata', 'Object', 'x'],
}
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']
const OF_VERB = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
}

/** One request: `{ method, path, headers, body }`. Mostly a verb that the resource has, and of writes more than of reads. */
export function requestOf(random) {
  const resource = random.pick(RESOURCES)
  const verb = random.pick(
    random.chance(0.4) ? resource.verbs.filter((one) => one === 'create' || one === 'update').concat(resource.verbs[0]) : resource.verbs,
  )
  const method = random.chance(0.92) ? OF_VERB[verb] : random.pick(METHODS)
  const name = random.pick(NAMES)
  const headers = { accept: random.chance(0.8) ? 'application/json' : random.pick(ACCEPTS) }
  if (random.chance(0.05)) headers['impersonate-user'] = random.pick(['jane', 'system:serviceaccount:default:default', 'system:node:a'])
  if (random.chance(0.01)) headers['impersonate-group'] = random.pick(['system:masters', 'x'])
  const path = pathOf(resource, verb, name, random) + queryOf(random)
  const body = method === 'GET' || method === 'HEAD' || method === 'OPTIONS' ? undefined : bodyOf(method, resource, name, headers, random)
  return { method, path, headers, body }
}

function pathOf(resource, verb, name, random) {
  const parts = resource.group === '' ? ['api', resource.version] : ['apis', resource.group, resource.version]
  if (random.chance(0.02)) parts.push('watch')
  if (resource.namespaced && random.chance(0.97)) parts.push('namespaces', random.chance(0.95) ? 'default' : random.pick(NAMES))
  parts.push(resource.resource)
  const named = !['list', 'watch', 'create', 'deletecollection'].includes(verb)
  if (named !== random.chance(0.03)) parts.push(name)
  if (random.chance(0.1) && resource.subresources.length > 0) parts.push(random.pick(resource.subresources).name)
  if (random.chance(0.03)) parts[random.below(parts.length)] = random.pick(ODD_SEGMENTS)
  if (random.chance(0.01)) parts.push(random.pick(ODD_SEGMENTS))
  return `/${parts.join('/')}`
}

function queryOf(random) {
  const parts = []
  for (let left = random.chance(0.3) ? 1 + random.below(3) : 0; left > 0; left--) {
    const key = random.pick(Object.keys(QUERIES))
    parts.push(`${key}=${encodeURIComponent(random.pick(QUERIES[key]))}`)
  }
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

function bodyOf(method, resource, name, headers, random) {
  const isPatch = method === 'PATCH'
  headers['content-type'] = random.chance(0.9) ? (isPatch ? random.pick(PATCH_TYPES) : 'application/json') : random.pick(CONTENT_TYPES)
  if (random.chance(0.04))
    return random.pick([
      '',
      'null',
      '[]',
      '{',
      '"x"',
      '{"a":1}{"b":2}',
      'a: &a [*a]',
      '\u0000\u0001k8s\u0000',
      '{"a":'.repeat(2000),
      '['.repeat(20000),
    ])
  if (method === 'DELETE')
    return random.chance(0.7)
      ? undefined
      : JSON.stringify(random.pick([{}, { propagationPolicy: 'x' }, { gracePeriodSeconds: 'x' }, { preconditions: { uid: 'x' } }]))
  const object = objectOf(resource, random, name)
  if (headers['content-type'] === 'application/json-patch+json') {
    const paths = [
      '/metadata/labels',
      '/metadata/labels/a',
      '/spec',
      '/spec/x',
      '',
      '/metadata/managedFields',
      '/a/b/c',
      '/spec/containers/0',
      '/~2',
    ]
    const one = () => ({
      op: random.pick(['add', 'remove', 'replace', 'test', 'move', 'copy', 'x']),
      path: random.pick(paths),
      from: random.pick(paths),
      value: random.pick([object, 'x', null, {}]),
    })
    return JSON.stringify(Array.from({ length: 1 + random.below(3) }, one))
  }
  const text = JSON.stringify(object)
  if (random.chance(0.02)) return text.replace('{', '{"__proto__":{"polluted":true},')
  if (random.chance(0.02)) return text.slice(0, random.below(text.length))
  return text
}
