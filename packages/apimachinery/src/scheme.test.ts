import { describe, expect, test } from '@jest/globals'
import type { Kind } from './kind.ts'
import { listKindOf, Scheme } from './scheme.ts'

const job: Kind = { group: 'batch', version: 'v1', kind: 'Job', resource: 'jobs', namespaced: true }
const pod: Kind = { group: '', version: 'v1', kind: 'Pod', resource: 'pods', namespaced: true }
const cronOld: Kind = { group: 'batch', version: 'v1beta1', kind: 'CronJob', resource: 'cronjobs', namespaced: true }
const cron: Kind = { ...cronOld, version: 'v1' }
const mailing: Kind = { group: 'example.com', version: 'v1', kind: 'Mailing', resource: 'mailings', namespaced: true }
const mailingList: Kind = { ...mailing, kind: 'MailingList', resource: 'mailinglists' }

describe('Scheme', () => {
  const scheme = new Scheme([job, pod, cronOld, cron, mailing, mailingList])

  test('finds kinds and resources by each other', () => {
    expect(scheme.ofKind({ group: 'batch', version: 'v1', kind: 'Job' })).toBe(job)
    expect(scheme.ofKind({ group: '', version: 'v1', kind: 'Job' })).toBeUndefined()
    expect(scheme.ofResource({ group: '', version: 'v1', resource: 'pods' })).toBe(pod)
    expect(scheme.ofResource({ group: 'batch', version: 'v2', resource: 'jobs' })).toBeUndefined()
  })

  test('finds the kind of the items of a list', () => {
    expect(scheme.ofListKind({ group: 'batch', version: 'v1', kind: listKindOf('Job') })).toBe(job)
    expect(scheme.ofListKind({ group: 'batch', version: 'v1', kind: 'Job' })).toBeUndefined()
    expect(scheme.ofListKind({ group: 'example.com', version: 'v1', kind: 'MailingList' })).toBeUndefined()
    expect(scheme.ofListKind({ group: 'example.com', version: 'v1', kind: 'MailingListList' })).toBe(mailingList)
  })

  test('lists the versions of a kind in the order given', () => {
    expect(scheme.versionsOf('batch', 'CronJob')).toEqual([cronOld, cron])
    expect(scheme.versionsOf('', 'CronJob')).toEqual([])
  })

  test('refuses the same kind or resource twice', () => {
    expect(() => new Scheme([job, { ...job, resource: 'other' }])).toThrow('Cannot add kind batch/v1, Kind=Job: it is there already')
    expect(() => new Scheme([job, { ...job, kind: 'Other' }])).toThrow('Cannot add resource jobs.batch in version v1: it is there already')
  })
})
