import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { controllerFor } from '@kubetape/runtime'
import { tapeFolder } from '../testing/tape-folder.ts'

const tape = tapeFolder()

describe('kubetape why', () => {
  test('tells each change with its author, what that answered, and the fields', async () => {
    const { exitCode, out } = await tape.kubetape('why', 'job', 'demo')
    expect(exitCode).toBe(0)
    const text = out.join('\n')
    expect(out[0]).toBe('job.batch/demo in namespace default, 2024-08-13 UTC')
    expect(text).toMatch(/@\d+ {2}00:00:03\.000 {2}created by admin \(kubectl\/v1\.31\.0\)/)
    expect(text).toMatch(
      /status updated by controller job, run [0-9a-f]{8}: success\n +because job\.batch\/demo was added @\d+ by admin \(kubectl\/v1\.31\.0\)\n +status\.startTime +set to 2024-08-13T00:00:03Z/,
    )
    expect(text).toMatch(/ {2}status\.active +removed, was 1\n/)
    expect(text).toMatch(/because pod\/demo-\w{5} was updated @\d+ by admin/)
    expect(text).toMatch(
      /in the same run\n +status\.conditions\[Failed\] +set to True BackoffLimitExceeded: Job has reached the specified backoff limit/,
    )
  })

  test('tells only changes of a field with --field', async () => {
    const { out } = await tape.kubetape('why', 'job/demo', '--field', 'status.failed')
    expect(out.filter((line) => line.startsWith('@')).length).toBe(1)
    expect(out.filter((line) => line.startsWith('     ') && !line.includes('because')).map((line) => line.trim())).toEqual([
      'status.failed  set to 1',
    ])
  })

  test('says which part of an object a user wrote to', async () => {
    const [pod] = (await tape.kubetape('get', 'pods', '-o', 'name')).out
    const lines = (await tape.kubetape('why', pod!)).out.filter((line) => line.startsWith('@'))
    expect(lines[1]).toMatch(/status updated by admin \(kubectl\/v1\.31\.0\)$/)
    const json = (await tape.kubetape('why', pod!, '-o', 'json')).out.map((line) => JSON.parse(line) as { by: object })
    expect(json[1]?.by).toMatchObject({ type: 'actor', verb: 'patch', subresource: 'status' })
  })

  test('follows a field of an object that a user changed', async () => {
    const { out } = await tape.kubetape('why', 'cm/settings', '--field', 'data.color')
    expect(out.map((line) => line.trim()).filter((line) => line.startsWith('data.color'))).toEqual([
      'data.color  set to blue',
      'data.color  blue → green',
    ])
  })

  test('says when a field never changed', async () => {
    expect(await tape.kubetape('why', 'cm/settings', '--field', 'data.size')).toEqual({
      exitCode: 0,
      out: [],
      err: ['No change of data.size on this tape'],
    })
  })

  test('prints one change a line with -o json', async () => {
    const { out } = await tape.kubetape('why', 'job/demo', '--field', 'status.failed', '-o', 'json')
    expect(out.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({
        operation: 'update',
        name: 'demo',
        fields: [{ path: 'status.failed', after: 1 }],
        by: expect.objectContaining({
          type: 'run',
          controller: 'job',
          key: 'default/demo',
          outcome: 'success',
          verb: 'update',
          subresource: 'status',
        }),
        because: [
          expect.objectContaining({
            cause: 'change',
            resource: 'pods',
            change: 'updated',
            by: expect.objectContaining({ type: 'actor', user: 'admin' }),
          }),
        ],
      }),
    ])
  })

  test('names the key of a run that was for another object', async () => {
    const { out } = await tape.kubetape('why', 'sa/default', '-n', 'kube-system')
    expect(out.filter((line) => line.startsWith('@'))).toEqual([
      expect.stringMatching(/created by controller serviceaccount for kube-system, run [0-9a-f]{8}: success$/),
    ])
  })

  test('says where an object is that is not in the namespace', async () => {
    expect(await tape.kubetape('why', 'cm/settings', '-n', 'kube-system')).toEqual({
      exitCode: 1,
      out: [],
      err: ['error: Cannot find configmap/settings in namespace "kube-system": it is in namespace default; say which with -n'],
    })
    expect((await tape.kubetape('why', 'ns/nowhere')).err).toEqual(['error: Cannot find namespace/nowhere: this tape has no change of it'])
  })

  test('asks for one object', async () => {
    expect(await tape.kubetape('why', 'jobs')).toEqual({
      exitCode: 2,
      out: [],
      err: ['error: Cannot tell why of all jobs: name one of them'],
    })
  })
})

describe('kubetape why of what never comes about', () => {
  const luckless = controllerFor(ConfigMap)
    .named('luckless')
    .reconcile(async ({ namespace, name }, { client }) => {
      await client.get(ConfigMap, { namespace, name: `${name}-of-nobody` })
    })
  const other = tapeFolder({ plane: { add: [luckless] } })

  test('tells of runs that failed without changing the object, and of no other object', async () => {
    const { out } = await other.kubetape('why', 'cm', 'settings')
    expect(out.at(-1)).toMatch(
      /^in vain {2}\d+ runs of controller luckless failed without changing it, the last one [0-9a-f]{8} at [\d:.]+: .*configmaps "settings-of-nobody" not found/,
    )
    expect((await other.kubetape('why', 'job', 'demo')).out.join('\n')).not.toContain('in vain')
  })
})
