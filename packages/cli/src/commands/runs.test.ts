import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { controllerFor } from '@kubetape/runtime'
import { tapeFolder } from '../testing/tape-folder.ts'

const failing = controllerFor(ConfigMap)
  .named('failing')
  .reconcile(async ({ name }) => {
    if (name === 'settings') throw new Error('paint is out')
  })

const tape = tapeFolder({ plane: { add: [failing] } })

interface RunLine {
  readonly id: string
  readonly outcome: string
  readonly requests: number
}

const linesOf = async (...flags: string[]): Promise<RunLine[]> =>
  (await tape.kubetape('runs', '-o', 'json', ...flags)).out.map((line) => JSON.parse(line) as RunLine)

describe('kubetape runs', () => {
  test('lists runs with why they ran, how they ended and how much they asked', async () => {
    const { exitCode, out } = await tape.kubetape('runs', '--controller', 'job', '--key', 'default/demo')
    expect(exitCode).toBe(0)
    expect(out[0]).toMatch(/^RUN {8}TIME +CONTROLLER {3}KEY +TRIGGERS +OUTCOME {3}REQUESTS {3}DURATION$/)
    expect(out[1]).toMatch(/^[0-9a-f]{8} {3}2024-08-13T00:00:03\.000Z {3}job {10}default\/demo {3}jobs added @\d+ +success +3 +\d+ms$/)
    expect(out.some((line) => /pods default\/demo-\w{5} updated @\d+ +success +4 /.test(line))).toBe(true)
  })

  test('lists only runs that ended in an error with --failed, with the error', async () => {
    const { out } = await tape.kubetape('runs', '--failed')
    expect(out[0]).toMatch(/ERROR$/)
    expect(out.length).toBeGreaterThan(1)
    for (const line of out.slice(1)) expect(line).toMatch(/failing {6}default\/settings .* error .*paint is out$/)
    expect(await tape.kubetape('runs', '--failed', '--controller', 'job')).toEqual({ exitCode: 0, out: [], err: ['No runs found'] })
  })

  test('says the whole id with -o wide', async () => {
    const [run] = await linesOf('--controller', 'job')
    const { out } = await tape.kubetape('runs', '--controller', 'job', '-o', 'wide')
    expect(out[1]).toMatch(new RegExp(`^${run!.id} .* 1 `))
  })

  test('shows one run in full, by the beginning of its id', async () => {
    const busy = (await linesOf('--controller', 'job')).find(({ requests }) => requests === 4)
    const { exitCode, out } = await tape.kubetape('runs', busy!.id.slice(0, 8))
    expect(exitCode).toBe(0)
    expect(out).toEqual(
      expect.arrayContaining([
        `Run:          ${busy!.id}`,
        'Controller:   job',
        'Key:          default/demo',
        'Outcome:      success',
        'Triggers:',
        'Views:',
        'Requests:',
        'Clock:',
        'Gates:',
      ]),
    )
    const text = out.join('\n')
    expect(text).toMatch(/Triggers:\n {2}pods default\/demo-\w{5} updated @\d+/)
    expect(text).toMatch(/ {2}jobs\.batch at \d+/)
    expect(text).toMatch(/ {2}1\. update job\.batch default\/demo status: revision \d+/)
    expect(text).toMatch(/ {2}JobPodFailurePolicy=true/)
    expect(text).toMatch(/ {2}\d\. create event default: sent after the run, revision \d+/)
    expect(text).not.toContain('no answer on the tape')
  })

  test('shows what was sent with -o wide, and everything with -o json', async () => {
    const [first] = await linesOf('--controller', 'job')
    expect((await tape.kubetape('runs', first!.id, '-o', 'wide')).out).toEqual(
      expect.arrayContaining([expect.stringMatching(/^ {2}1\. create pod default\/demo-\*: revision \d+$/), '       kind: Pod']),
    )
    const whole = JSON.parse((await tape.kubetape('runs', first!.id, '-o', 'json')).out.join('\n')) as {
      id: string
      requests: { verb: string }[]
    }
    expect(whole.id).toBe(first!.id)
    expect(whole.requests.map(({ verb }) => verb)).toEqual(['create', 'create', 'update'])
  })

  test('says when no run, or more than one, is meant', async () => {
    expect(await tape.kubetape('runs', 'zzz')).toEqual({
      exitCode: 1,
      out: [],
      err: ['error: Cannot find the run "zzz": no run on this tape has an id that begins so'],
    })
    const letters = (await linesOf()).map(({ id }) => id[0]!)
    const twice = letters.find((letter, i) => letters.indexOf(letter) !== i)!
    const { exitCode, err } = await tape.kubetape('runs', twice)
    expect(exitCode).toBe(2)
    expect(err[0]).toMatch(new RegExp(`^error: Cannot tell which run "${twice}" is: \\d+ runs have ids that begin so`))
  })

  test('does not filter one run', async () => {
    expect((await tape.kubetape('runs', 'abc', '--failed')).exitCode).toBe(2)
  })
})
