// The load where the shared one is not at hand: node _load.mjs WORK --kubeconfig FILE [--n N] [--connections C] [--seconds S] [--watchers W]
// WORK is create, update, list, watch or job; it works in a namespace of its own, prints one line of JSON, and deletes the namespace.
// It needs a kubeconfig in JSON with a CA and a token, which is what Kubetape writes.
import { readFileSync } from 'node:fs'
import https from 'node:https'
import { flagsOf } from './_arguments.mjs'
import { pod } from './_load-pod.mjs'

const [work, ...rest] = process.argv.slice(2)
const flags = flagsOf({ kubeconfig: '', n: 1000, connections: 64, seconds: 8, watchers: 10, json: false }, rest)
const { clusters, users } = JSON.parse(readFileSync(flags.kubeconfig, 'utf8'))
const server = clusters[0].cluster
const tls = { keepAlive: true, ca: Buffer.from(server['certificate-authority-data'], 'base64') }
const agent = new https.Agent({ ...tls, maxSockets: flags.connections })
const watchAgent = new https.Agent(tls)
const headers = { accept: 'application/json', authorization: `Bearer ${users[0].user.token}` }

const namespace = `load-${process.pid}-${process.hrtime.bigint().toString(36)}`
const pods = `/api/v1/namespaces/${namespace}/pods`
const maps = `/api/v1/namespaces/${namespace}/configmaps`
const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const wallMs = () => performance.timeOrigin + performance.now()

function send(method, path, object, type = 'application/json') {
  const body = object === undefined ? undefined : JSON.stringify(object)
  return new Promise((resolve, reject) => {
    const more = body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) }
    const request = https.request(server.server + path, { method, agent, headers: { ...headers, ...more } }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => resolve({ code: response.statusCode, text: () => Buffer.concat(chunks).toString('utf8') }))
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** As `send`, but anything else than 2xx is an error. */
async function must(method, path, object, type) {
  const answer = await send(method, path, object, type)
  if (answer.code >= 300) throw new Error(`Cannot ${method} ${path}: ${answer.code} ${answer.text().slice(0, 300)}`)
  return answer
}

/** Calls `onLine` for each event of a watch; resolves when the server has answered. */
function follow(path, encoding, onLine) {
  return new Promise((resolve, reject) => {
    const request = https.get(server.server + path, { agent: watchAgent, headers }, (response) => {
      let tail = ''
      response.setEncoding(encoding).on('data', (chunk) => {
        const lines = (tail + chunk).split('\n')
        tail = lines.pop()
        for (const line of lines) if (line) onLine(line)
      })
      response.on('error', () => undefined)
      resolve(request)
    })
    request.on('error', reject)
  })
}

function spread(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) }
}

async function timed(operation) {
  const startedMs = performance.now()
  const answer = await operation()
  return { answer, ms: performance.now() - startedMs }
}

const workers = (count, work) => Promise.all(Array.from({ length: count }, (_, i) => work(i)))

async function each(count, work) {
  let next = 0
  await workers(flags.connections, async () => {
    while (next < count) await work(next++)
  })
}

const works = {
  async create() {
    const latencies = []
    let [next, errors] = [0, 0]
    const { ms } = await timed(async () => {
      const endMs = performance.now() + flags.seconds * 1000
      await workers(flags.connections, async () => {
        while (performance.now() < endMs) {
          const { answer, ms: latency } = await timed(() => send('POST', pods, pod(`p-${next++}`)))
          latencies.push(latency)
          if (answer.code !== 201) errors++
        }
      })
    })
    return { creates_per_s: latencies.length / (ms / 1000), ms: spread(latencies), errors }
  },

  async update() {
    const [gets, puts] = [[], []]
    await must('POST', pods, pod('one'))
    for (let i = 0; i < flags.n; i++) {
      const read = await timed(async () => JSON.parse((await must('GET', `${pods}/one`)).text()))
      read.answer.metadata.labels.i = String(i)
      const written = await timed(() => must('PUT', `${pods}/one`, read.answer))
      gets.push(read.ms)
      puts.push(written.ms)
    }
    return { get_ms: spread(gets), put_ms: spread(puts) }
  },

  async list() {
    await each(flags.n, (i) => must('POST', pods, pod(`p-${i}`, undefined, { shard: String(i % 100) })))
    const fiveTimes = async (query) => {
      const took = []
      for (let i = 0; i < 5; i++) took.push((await timed(() => must('GET', pods + query))).ms)
      return { ms: spread(took).p50 }
    }
    const inPages = () =>
      timed(async () => {
        let token = ''
        do token = JSON.parse((await must('GET', `${pods}?limit=500&continue=${encodeURIComponent(token)}`)).text()).metadata.continue ?? ''
        while (token !== '')
      })
    return {
      full: await fiveTimes(''),
      selector_none: await fiveTimes('?labelSelector=app%3Dnobody'),
      selector_1pct: await fiveTimes('?labelSelector=shard%3D7'),
      field_none: await fiveTimes('?fieldSelector=spec.nodeName%3Dnobody'),
      pages: { ms: (await inPages()).ms },
    }
  },

  async watch() {
    const map = (i) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `c-${i}` },
      data: { sent: String(wallMs()), pad: 'x'.repeat(2800) },
    })
    await each(flags.n, (i) => must('POST', maps, map(i)))
    const from = JSON.parse((await must('GET', `${maps}?limit=1`)).text()).metadata.resourceVersion
    const lags = []
    const streams = await workers(flags.watchers, () =>
      follow(`${maps}?watch=1&resourceVersion=${from}`, 'latin1', (line) =>
        lags.push(wallMs() - Number(/"sent":"([\d.]+)"/.exec(line)[1])),
      ),
    )
    let sent = 0
    const { ms } = await timed(async () => {
      const endMs = performance.now() + flags.seconds * 1000
      await workers(flags.connections, async () => {
        while (performance.now() < endMs) {
          const i = sent++ % flags.n
          await must('PUT', `${maps}/c-${i}`, map(i))
        }
      })
    })
    for (let before = -1; before !== lags.length; await pause(700)) before = lags.length
    for (const stream of streams) stream.destroy()
    const seconds = ms / 1000
    return {
      updates_per_s: sent / seconds,
      deliveries_per_s: lags.length / seconds,
      lag_ms: spread(lags),
      lost: sent * flags.watchers - lags.length,
    }
  },

  async job() {
    const queue = []
    let [writes, done] = [0, false]
    const finished = Promise.withResolvers()
    const podStream = await follow(`${pods}?watch=1&labelSelector=job-name%3Dbig`, 'utf8', (line) => {
      const { type, object } = JSON.parse(line)
      if (type === 'ADDED') queue.push(object.metadata.name)
    })
    const jobStream = await follow(`${jobs}?watch=1`, 'utf8', (line) => {
      const { type, object } = JSON.parse(line)
      if (type === 'MODIFIED') writes++
      if (object.status?.conditions?.some((one) => one.type === 'Complete' && one.status === 'True')) finished.resolve()
    })
    const kubelet = async () => {
      while (!done) {
        const name = queue.shift()
        if (name === undefined) await pause(5)
        else await must('PATCH', `${pods}/${name}/status`, { status: { phase: 'Succeeded' } }, 'application/merge-patch+json')
      }
    }
    const containers = [{ name: 'main', image: 'busybox:1.36', command: ['true'] }]
    const spec = {
      completions: flags.n,
      parallelism: flags.n,
      completionMode: 'Indexed',
      template: { spec: { restartPolicy: 'Never', containers } },
    }
    const { ms } = await timed(async () => {
      await must('POST', jobs, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'big' }, spec })
      const kubelets = workers(flags.connections, kubelet)
      kubelets.catch(finished.reject)
      await finished.promise
      done = true
      await kubelets
    })
    podStream.destroy()
    jobStream.destroy()
    return { seconds: ms / 1000, pods_per_s: flags.n / (ms / 1000), job_status_writes: writes }
  },
}

await must('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
while ((await send('GET', `/api/v1/namespaces/${namespace}/serviceaccounts/default`)).code !== 200) await pause(20)
const result = await works[work]()
console.log(JSON.stringify({ work, ...result }))
await must('DELETE', `/api/v1/namespaces/${namespace}`)
agent.destroy()
watchAgent.destroy()
