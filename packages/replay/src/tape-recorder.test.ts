import { describe, expect, test } from '@jest/globals'
import { ConfigMap, Secret } from '@kubetape/api/kinds'
import type { Kind, KubeObject } from '@kubetape/apimachinery'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { EventLogError } from '@kubetape/eventlog'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { readJournal } from '@kubetape/journal'
import type { RunBegin, RunRequest } from '@kubetape/runtime'
import { redactSecrets } from './redaction.ts'
import { TapeRecorder, type TapeRecorderOptions } from './tape-recorder.ts'

const MAPS = ConfigMap as unknown as Kind
const SECRETS = Secret as unknown as Kind
const RUN: RunBegin = {
  id: 'r1',
  controller: 'keeper',
  key: 'app/one',
  attempt: 1,
  triggers: [],
  startedAtMs: 1,
  views: {},
  ownWrites: [],
  seed: 1,
  carried: undefined,
  gates: {},
  codeVersion: '',
}
const END = { endedAtMs: 2, outcome: 'success', clockReadingsMs: [], viewChanges: [], gatesRead: {} } as const

const asked = (part: Partial<RunRequest> = {}): RunRequest => ({
  sequence: 1,
  verb: 'update',
  group: '',
  version: 'v1',
  resource: 'configmaps',
  namespace: 'app',
  name: 'one',
  ...part,
})
const configMap = (resourceVersion: string, name = 'one'): KubeObject => ({ metadata: { namespace: 'app', name, resourceVersion } })

/** A recorder on a log in memory that refuses what it is given while `disk.full`. */
function setUp(options: Partial<TapeRecorderOptions> = {}) {
  const clock = new VirtualClock()
  const log = createMemoryLog({ clock, random: seededRandom(1) })
  const disk = { full: false }
  const errors: unknown[] = []
  const append = log.append.bind(log)
  log.append = (batch) => (disk.full ? Promise.reject(new EventLogError('DISK_FULL', 'full')) : append(batch))
  const recorder = new TapeRecorder(log, { clock, onError: (error) => errors.push(error), ...options })
  return { log, recorder, disk, errors }
}

describe('TapeRecorder', () => {
  test('knows the cause of a write that the watch shows after its answer, and of no other version', async () => {
    const { log, recorder } = setUp()
    const create: RunRequest = {
      sequence: 1,
      verb: 'create',
      group: '',
      version: 'v1',
      resource: 'configmaps',
      namespace: 'app',
      body: { metadata: { generateName: 'one-' } },
    }
    recorder.journal.begin(RUN)
    recorder.journal.request(RUN, create)
    recorder.journal.answer(RUN, create, { type: 'object', object: configMap('12', 'one-x7') })
    recorder.shown(MAPS, 'app/one-x7', configMap('12', 'one-x7'), undefined)
    recorder.shown(MAPS, 'app/one-x7', configMap('13', 'one-x7'), undefined)
    recorder.shown(MAPS, 'app/other', configMap('12', 'other'), undefined)
    await recorder.close()
    const causes = log.entries({ from: 1, limit: 10, prefix: '/configmaps/' }).map(({ key, cause }) => [key, cause])
    expect(causes).toEqual([
      ['/configmaps/app/one-x7', 'run:r1/1'],
      ['/configmaps/app/one-x7', undefined],
      ['/configmaps/app/other', undefined],
    ])
  })

  test('writes nothing any more once the tape could not be written, and says so once', async () => {
    const { log, recorder, disk, errors } = setUp()
    recorder.shown(MAPS, 'app/one', configMap('7'), undefined)
    await log.flush()
    const position = recorder.positionOf(MAPS)
    disk.full = true
    recorder.shown(MAPS, 'app/one', configMap('8'), undefined)
    await Promise.resolve()
    await Promise.resolve()
    disk.full = false
    const head = log.head()
    recorder.shown(MAPS, 'app/one', configMap('9'), undefined)
    recorder.shown(SECRETS, 'app/one', configMap('10'), undefined)
    recorder.shown(MAPS, 'app/one', undefined, configMap('9'))
    recorder.journal.begin(RUN)
    recorder.journal.request(RUN, asked())
    recorder.journal.answer(RUN, asked(), { type: 'object', object: configMap('11') })
    recorder.journal.end(RUN, END)
    await recorder.close()
    expect([log.head(), [...readJournal(log).runs()], String(log.latest('/configmaps/app/one')?.revision)]).toEqual([head, [], position])
    expect(errors).toEqual([expect.objectContaining({ code: 'DISK_FULL' })])
  })

  test.each([
    ['of this session', false],
    ['of an earlier session', true],
  ])('ends with a second version of a resource that it has %s, and says which', async (_, isLater) => {
    const crons = (version: string): Kind => ({ group: 'batch', version, kind: 'CronJob', resource: 'cronjobs', namespaced: true })
    const { log, recorder, errors } = setUp()
    recorder.shown(crons('v1'), 'app/one', configMap('7'), undefined)
    await log.flush()
    const session = isLater ? new TapeRecorder(log, { clock: new VirtualClock(), onError: (error) => errors.push(error) }) : recorder
    session.shown(crons('v1beta1'), 'app/one', configMap('8'), undefined)
    session.shown(crons('v1'), 'app/two', configMap('9', 'two'), undefined)
    await session.close()
    expect(errors.map(String)).toEqual([
      'Error: Cannot record cronjobs.batch of version v1beta1: the tape has them of version v1; watch one version only, or begin a new tape',
    ])
    expect(log.entries({ from: 1, limit: 10, prefix: 'batch/cronjobs/' }).map(({ key }) => key)).toEqual(['batch/cronjobs/app/one'])
  })

  test('writes a gap for a row that is no JSON, and records on', async () => {
    const { log, recorder, errors } = setUp()
    const cycle: unknown[] = []
    cycle.push(cycle)
    recorder.journal.begin(RUN)
    recorder.journal.request(RUN, asked({ body: cycle }))
    recorder.journal.end(RUN, END)
    await recorder.close()
    const tape = readJournal(log)
    expect([tape.run('r1')?.outcome, [...tape.gaps()].length, errors]).toEqual(['success', 1, []])
  })

  test('writes answers in full, since a resourceVersion may be the number of another version by chance', async () => {
    const { log, recorder } = setUp()
    recorder.journal.begin(RUN)
    recorder.journal.request(RUN, asked())
    // What somebody else wrote while the request was under way.
    recorder.shown(MAPS, 'app/one', configMap('2'), undefined)
    await log.flush()
    const object = configMap(recorder.positionOf(MAPS))
    recorder.journal.answer(RUN, asked(), { type: 'object', object })
    await recorder.close()
    expect(readJournal(log).requests('r1')[0]?.answer).toEqual({ type: 'object', object })
  })

  test('takes what is secret out of entries, requests and answers, lists too', async () => {
    const { log, recorder } = setUp({ redact: redactSecrets() })
    const data = { a: Buffer.from('sesame').toString('base64') }
    const secret = (resourceVersion: string): KubeObject => ({ ...configMap(resourceVersion), data })
    const list = { apiVersion: 'v1', kind: 'SecretList', metadata: {}, items: [secret('7')] }
    recorder.shown(SECRETS, 'app/one', secret('7'), undefined)
    recorder.journal.begin(RUN)
    const read = asked({ verb: 'list', resource: 'secrets' })
    recorder.journal.request(RUN, read)
    recorder.journal.answer(RUN, read, { type: 'list', list })
    const write = asked({ sequence: 2, resource: 'secrets', body: { data } })
    recorder.journal.request(RUN, write)
    recorder.journal.answer(RUN, write, { type: 'object', object: secret('8') })
    recorder.journal.end(RUN, END)
    recorder.shown(SECRETS, 'app/one', undefined, secret('8'))
    await recorder.close()
    const values = [
      ...log.entries({ from: 1, limit: 100 }),
      ...log.records('request', { limit: 100 }),
      ...log.records('run', { limit: 100 }),
    ]
    expect(values.length).toBeGreaterThan(7)
    for (const { value } of values) expect(Buffer.from(value!).toString()).not.toContain(data.a)
  })

  test('writes an object that is not redacted once over sessions, and a redacted one in each', async () => {
    const { log, recorder } = setUp({ redact: redactSecrets() })
    const accounts: Kind = { group: '', version: 'v1', kind: 'ServiceAccount', resource: 'serviceaccounts', namespaced: true }
    for (const kind of [accounts, SECRETS]) recorder.shown(kind, 'app/one', configMap('7'), undefined)
    await recorder.close()
    const second = new TapeRecorder(log, { clock: new VirtualClock(), redact: redactSecrets() })
    for (const kind of [accounts, SECRETS]) second.shown(kind, 'app/one', configMap('7'), undefined)
    await second.close()
    const versions = (prefix: string) => log.entries({ from: 1, limit: 100, prefix }).length
    expect([versions('/serviceaccounts/'), versions('/secrets/')]).toEqual([1, 2])
  })
})
