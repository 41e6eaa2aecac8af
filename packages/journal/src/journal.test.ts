import { describe, expect, test } from '@jest/globals'
import { type AppendBatch, EventLogError, type EventLog, LAZY_FLUSH_MS } from '@kubetape/eventlog'
import { createJournal, REFUSED_MAX } from './journal.ts'
import { readJournal } from './read-journal.ts'
import { begin, end, pod, request, serve, setUp } from './testing/sample-run.ts'

/** A log that refuses appends while `disk.full`. */
function fullDisk() {
  const { log } = setUp()
  const disk = { full: true }
  const append = (batch: AppendBatch) => (disk.full ? Promise.reject(new EventLogError('DISK_FULL', 'full')) : log.append(batch))
  const refusing = { append, records: log.records.bind(log), onCommit: log.onCommit.bind(log) } as unknown as EventLog
  return { log, refusing, disk }
}

describe('createJournal()', () => {
  test('writes a run with its requests, answers and end', async () => {
    const { clock, log, journal, tape } = setUp()
    const run = begin('r1')
    journal.begin(run)
    const [first, second, third] = [request(1), request(2, { verb: 'get' }), request(3, { verb: 'delete' })]
    journal.request(run, first)
    journal.answer(run, first, await serve(log, clock, run, first))
    journal.request(run, second)
    journal.answer(run, second, { type: 'object', object: pod('other', '3') })
    journal.request(run, third)
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'NotFound', code: 404 } as const
    journal.answer(run, third, { type: 'refused', status })
    journal.end(run, end)
    await clock.advance(LAZY_FLUSH_MS)
    expect(tape.run('r1')).toEqual({ ...run, position: 1, end, outcome: 'success' })
    expect(tape.requests('r1')).toEqual([
      { ...first, run: 'r1', answer: { type: 'entry', revision: 1 } },
      { ...second, run: 'r1', answer: { type: 'object', object: pod('other', '3') } },
      { ...third, run: 'r1', answer: { type: 'refused', status } },
    ])
    expect(tape.run('r2')).toBeUndefined()
    expect(tape.requests('r2')).toEqual([])
  })

  test('writes run and request at the latest in the commit of their entry', async () => {
    const { clock, log, journal } = setUp()
    const run = begin('r1')
    journal.begin(run)
    await clock.advance(LAZY_FLUSH_MS)
    expect(log.records('run')).toEqual([])
    const commits: string[] = []
    log.onCommit(({ entries, records }) => commits.push(`${records.map(({ stream }) => stream).join()} ${entries.length}`))
    journal.request(run, request(1))
    await serve(log, clock, run, request(1))
    expect(commits).toEqual(['run,request 1'])
  })

  test.each([
    ['by its revision when it is the entry in another API version', { apiVersion: 'v1beta1' }, { type: 'entry', revision: 1 }],
    ['in full when it has another resourceVersion', { metadata: { name: 'p1', resourceVersion: '7' } }, undefined],
  ])('writes an answer %s', async (_, difference, reference) => {
    const { clock, log, journal, tape } = setUp()
    const run = begin('r1')
    journal.begin(run)
    journal.request(run, request(1))
    await serve(log, clock, run, request(1))
    const object = { ...pod('p1', '1'), ...difference }
    journal.answer(run, request(1), { type: 'object', object })
    await log.flush()
    expect(tape.requests('r1')[0]!.answer).toEqual(reference ?? { type: 'object', object })
  })

  test('writes a run without requests as one row when it ends', async () => {
    const { log, journal, tape } = setUp()
    const run = begin('r1')
    journal.begin(run)
    journal.end(run, { ...end, outcome: 'requeue', requeueAfterMs: 10 })
    await log.flush()
    expect(log.records('run')).toHaveLength(1)
    expect(tape.run('r1')).toMatchObject({ outcome: 'requeue', end: { requeueAfterMs: 10 } })
  })

  test('queues rows again that the log refused', async () => {
    const { log, refusing, disk } = fullDisk()
    const errors: unknown[] = []
    const journal = createJournal(refusing, { onError: (error) => errors.push(error) })
    const run = begin('r1')
    journal.begin(run)
    journal.request(run, request(1))
    const actor = { user: 'ann', verb: 'create' }
    const cause = journal.actor(actor)
    await Promise.resolve()
    journal.answer(run, request(1), { type: 'failed', message: 'disk full' })
    journal.end(run, end)
    await Promise.resolve()
    disk.full = false
    journal.gap({ kind: 'recorder', why: 'anything written later' })
    await log.flush()
    const tape = readJournal(log)
    expect(errors).toHaveLength(4)
    expect(tape.run('r1')).toEqual({ ...run, position: 1, end, outcome: 'success' })
    expect(tape.requests('r1')).toEqual([{ ...request(1), run: 'r1', answer: { type: 'failed', message: 'disk full' } }])
    expect(tape.explain(cause)).toEqual({ type: 'actor', actor })
  })

  test('drops refused rows when they become too many, and says so', async () => {
    const { log, refusing, disk } = fullDisk()
    const journal = createJournal(refusing)
    const run = begin('r1')
    journal.begin(run)
    for (let sequence = 1; sequence <= REFUSED_MAX; sequence++) journal.request(run, request(sequence))
    await Promise.resolve()
    disk.full = false
    journal.end(run, end)
    await log.flush()
    expect([...readJournal(log).gaps()]).toEqual([
      { kind: 'recorder', why: `the log refused ${REFUSED_MAX + 1} rows of the journal, and they were dropped` },
    ])
  })

  test('opens no run again whose answer or request comes after its end', async () => {
    const { clock, log, journal, tape } = setUp()
    const run = begin('r1')
    journal.begin(run)
    journal.request(run, request(1))
    journal.end(run, end)
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' } as const
    journal.answer(run, request(1), { type: 'status', status })
    journal.request(run, request(2))
    journal.answer(run, request(2), await serve(log, clock, run, request(2)))
    await log.flush()
    expect(log.records('run')).toHaveLength(2)
    expect([...tape.runs()]).toEqual([{ ...run, position: 1, end, outcome: 'success' }])
    expect(tape.requests('r1').map(({ answer }) => answer?.type)).toEqual(['status', 'object'])
  })

  test('durable() commits the rows given so far, and rejects when the log refuses them', async () => {
    const { log, journal, tape } = setUp()
    const run = begin('r1')
    journal.begin(run)
    journal.request(run, request(1))
    await journal.durable()
    expect(tape.requests('r1')).toHaveLength(1)
    expect(log.records('run')).toHaveLength(1)
    const { refusing, disk, log: second } = fullDisk()
    const full = createJournal(Object.assign(refusing, { flush: second.flush.bind(second) }))
    full.begin(run)
    full.request(run, request(1))
    await expect(full.durable()).rejects.toThrow('Cannot write the journal: the log refuses its rows')
    disk.full = false
    await full.durable()
    expect(readJournal(second).requests('r1')).toHaveLength(1)
  })

  test('writes the row of an actor again before its next write when the log refused it', async () => {
    const { log, refusing, disk } = fullDisk()
    const journal = createJournal(refusing)
    const ann = { user: 'ann', verb: 'create' }
    const cause = journal.actor(ann)
    await Promise.resolve()
    disk.full = false
    expect(journal.actor(ann)).toBe(cause)
    expect(journal.actor(ann)).toBe(cause)
    await log.flush()
    expect(log.records('actor')).toHaveLength(1)
    expect(readJournal(log).explain(cause)).toEqual({ type: 'actor', actor: ann })
  })

  test('tells the parts of an object apart that an actor wrote to', async () => {
    const { log } = fullDisk()
    const journal = createJournal(log)
    const ann = { user: 'ann', verb: 'patch' }
    const causes = [journal.actor(ann), journal.actor({ ...ann, subresource: 'status' }), journal.actor({ ...ann, subresource: 'scale' })]
    await log.flush()
    expect(causes.map((cause) => readJournal(log).explain(cause))).toEqual([
      { type: 'actor', actor: ann },
      { type: 'actor', actor: { ...ann, subresource: 'status' } },
      { type: 'actor', actor: { ...ann, subresource: 'scale' } },
    ])
  })

  test('forgets which actors are known when it drops rows', async () => {
    const { log, refusing, disk } = fullDisk()
    const journal = createJournal(refusing)
    const ann = { user: 'ann', verb: 'create' }
    const cause = journal.actor(ann)
    for (let n = 0; n < REFUSED_MAX; n++) journal.gap({ kind: 'recorder', why: 'n' })
    await Promise.resolve()
    disk.full = false
    expect(journal.actor(ann)).toBe(cause)
    await log.flush()
    expect([...readJournal(log).gaps()].map(({ why }) => why)).toEqual([
      `the log refused ${REFUSED_MAX + 1} rows of the journal, and they were dropped`,
    ])
    expect(readJournal(log).explain(cause)).toEqual({ type: 'actor', actor: ann })
  })

  test('writes a gap for a row that is no JSON, and the rest of its run', async () => {
    const { log } = setUp()
    const errors: unknown[] = []
    const journal = createJournal(log, { onError: (error) => errors.push(error) })
    const cycle: unknown[] = []
    cycle.push(cycle)
    const wordless = {
      toJSON: () => {
        throw new TypeError('there are no words for it')
      },
    }
    const [strange, endless, half] = [begin('r1', { carried: wordless }), begin('r2'), begin('r3')]
    for (const run of [strange, endless, half]) journal.begin(run)
    journal.request(strange, request(1))
    journal.request(endless, request(1, { body: cycle }))
    for (const run of [strange, endless]) journal.end(run, end)
    journal.end(half, { ...end, outside: [cycle] })
    await log.flush()
    const tape = readJournal(log)
    expect([...tape.runs()].map(({ id, outcome }) => `${id} ${outcome}`)).toEqual(['r2 success', 'r3 interrupted'])
    expect(tape.requests('r1')).toHaveLength(1)
    expect([...tape.gaps()].map(({ why }) => why)).toEqual([
      'a row "r1" of the stream "run" is no JSON: there are no words for it',
      'a row "r2" of the stream "request" is no JSON: Converting circular structure to JSON',
      'a row "r3" of the stream "run" is no JSON: Converting circular structure to JSON',
    ])
    expect(errors).toHaveLength(3)
  })

  test('writes each distinct actor once, over restarts too', async () => {
    const { log, journal, tape } = setUp()
    const ann = { user: 'ann', groups: ['dev'], userAgent: 'kubectl', fieldManager: 'kubectl-create', verb: 'create' }
    const cause = journal.actor(ann)
    expect(journal.actor({ ...ann })).toBe(cause)
    expect(journal.actor({ ...ann, verb: 'update' })).not.toBe(cause)
    await log.flush()
    expect(createJournal(log).actor(ann)).toBe(cause)
    await log.flush()
    expect(log.records('actor')).toHaveLength(2)
    expect(tape.explain(cause)).toEqual({ type: 'actor', actor: ann })
    expect(tape.explain('actor:nobody')).toBeUndefined()
  })

  test('writes gaps', async () => {
    const { log, journal, tape } = setUp()
    const gap = { kind: 'watch', resource: 'pods', from: '5', to: '9', why: 'the watch was gone for too long' } as const
    journal.gap(gap)
    await log.flush()
    expect([...tape.gaps()]).toEqual([gap])
  })

  test('lets go of the log', async () => {
    const { clock, log, journal, tape } = setUp()
    const run = begin('r1')
    journal.begin(run)
    journal.request(run, request(1))
    journal.close()
    journal.answer(run, request(1), await serve(log, clock, run, request(1)))
    await log.flush()
    expect(tape.requests('r1')[0]!.answer).toMatchObject({ type: 'object' })
  })
})
