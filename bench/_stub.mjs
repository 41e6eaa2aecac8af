// The physical limit of an API server on Node and SQLite: HTTPS, one durable group commit a tick, and nothing of Kubernetes.
// node _stub.mjs ACCESS_FILE FOLDER: bodies are stored as they come (filled up to the size that a server makes of them), not parsed,
// not validated; lists are joined bytes, watches get encoded frames. It plays along with the works of the load, a Job included.
import { readFileSync } from 'node:fs'
import https from 'node:https'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/** What defaults, uid, timestamps and managedFields add to the Pod of the load; spaces are bytes too. */
const FILL = Buffer.from(' '.repeat(1938) + '}')
const [accessFile, folder] = process.argv.slice(2)
const { certificates } = JSON.parse(readFileSync(accessFile, 'utf8'))

const db = new Database(join(folder, 'stub.db'))
db.pragma('page_size = 8192')
db.pragma('journal_mode = WAL')
db.pragma('synchronous = FULL')
db.exec('CREATE TABLE entry (revision INTEGER PRIMARY KEY, key TEXT NOT NULL, value BLOB); CREATE INDEX entry_key ON entry (key, revision)')
const insert = db.prepare('INSERT INTO entry (revision, key, value) VALUES (?, ?, ?)')
const [begin, commit] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT')]
let revision = 0
let waiting = []

/** Resolves once the bytes are on disk, with all others of this tick. */
function put(key, value) {
  if (waiting.length === 0) setImmediate(flush)
  return new Promise((resolve) => waiting.push({ key, value, resolve }))
}

function flush() {
  const batch = waiting
  waiting = []
  begin.run()
  for (const { key, value } of batch) insert.run(++revision, key, value)
  commit.run()
  for (const { resolve } of batch) resolve()
}

const collections = new Map()
const watchers = new Map()
const collectionOf = (path) => collections.get(path) ?? (collections.set(path, new Map()), collections.get(path))

function deliver(path, type, value) {
  const frame = Buffer.concat([Buffer.from(`{"type":"${type}","object":`), value, Buffer.from('}\n')])
  for (const response of watchers.get(path) ?? []) response.write(frame)
}

function watch(path, response) {
  if (!watchers.has(path)) watchers.set(path, new Set())
  watchers.get(path).add(response)
  response.on('close', () => watchers.get(path).delete(response))
  response.writeHead(200, { 'content-type': 'application/json' })
  response.flushHeaders()
}

/** Selectors match nothing here: what is left is the cost of an answer. */
function list(path, query, response) {
  const all = query.has('labelSelector') || query.has('fieldSelector') ? [] : [...collectionOf(path).values()]
  const from = Number(query.get('continue') ?? 0)
  const to = from + Number(query.get('limit') ?? all.length)
  const parts = [Buffer.from(`{"metadata":{"resourceVersion":"${revision}"${to < all.length ? `,"continue":"${to}"` : ''}},"items":[`)]
  for (let i = from; i < Math.min(to, all.length); i++) parts.push(i === from ? Buffer.alloc(0) : Buffer.from(','), all[i])
  answer(response, 200, Buffer.concat([...parts, Buffer.from(']}')]))
}

function answer(response, code, body) {
  response.writeHead(code, { 'content-type': 'application/json', 'content-length': body.length })
  response.end(body)
}

const filled = (body) => Buffer.concat([body.subarray(0, -1), FILL])
const nameIn = (body) => /"name":"([^"]+)"/.exec(body.toString('latin1', 0, 400))[1]
const job = { left: 0, path: '' }

/** Makes the Pods of a Job, as many a commit as a tick can take. */
async function startJob(path, body) {
  const count = Number(/"completions":(\d+)/.exec(body)[1])
  const pods = path.replace('/apis/batch/v1', '/api/v1').replace(/jobs$/, 'pods')
  Object.assign(job, { left: count, path })
  await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const value = filled(Buffer.from(`{"metadata":{"name":"big-${i}"},"status":{"phase":"Pending"}}`))
      await put(`${pods}/big-${i}`, value)
      collectionOf(pods).set(`big-${i}`, value)
      deliver(pods, 'ADDED', value)
    }),
  )
}

/** A Pod's end: its status, then the removal of its finalizer, each a durable write. */
async function finishPod(path, value, response) {
  const [, pods, name] = /^(.*)\/([^/]+)\/status$/.exec(path)
  const pod = collectionOf(pods).get(name) ?? filled(value)
  await put(path, pod)
  deliver(pods, 'MODIFIED', pod)
  answer(response, 200, pod)
  await put(path, pod)
  deliver(pods, 'MODIFIED', pod)
  if (--job.left === 0) deliver(job.path, 'MODIFIED', Buffer.from('{"status":{"conditions":[{"type":"Complete","status":"True"}]}}'))
}

async function serve(method, path, query, body, response) {
  const slash = path.lastIndexOf('/')
  const [collection, name] = [path.slice(0, slash), path.slice(slash + 1)]
  if (method === 'POST') {
    const value = filled(body)
    await put(`${path}/${nameIn(body)}`, value)
    collectionOf(path).set(nameIn(body), value)
    answer(response, 201, value)
    if (name === 'jobs') await startJob(path, body)
  } else if (method === 'PUT') {
    // The load sends back what it was given, filling included, or a ConfigMap as small as it was made.
    await put(path, body)
    collectionOf(collection).set(name, body)
    answer(response, 200, body)
    deliver(collection, 'MODIFIED', body)
  } else if (method === 'PATCH') await finishPod(path, body, response)
  else if (method === 'DELETE') answer(response, 200, Buffer.from('{}'))
  else if (query.has('watch')) watch(path, response)
  else if (collectionOf(collection).has(name)) answer(response, 200, collectionOf(collection).get(name))
  else if (name === 'default') answer(response, 200, Buffer.from('{}'))
  else list(path, query, response)
}

const server = https.createServer({ key: certificates.server.key, cert: certificates.server.certificate }, (request, response) => {
  const at = request.url.indexOf('?')
  const path = at < 0 ? request.url : request.url.slice(0, at)
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on(
    'end',
    () => void serve(request.method, path, new URLSearchParams(at < 0 ? '' : request.url.slice(at)), Buffer.concat(chunks), response),
  )
})
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`))
process.on('SIGTERM', () => process.exit(0))
