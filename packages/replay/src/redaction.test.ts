import { describe, expect, test } from '@jest/globals'
import { isPseudonym, redactSecrets } from './redaction.ts'

const SECRETS = { group: '', resource: 'secrets' }
const TOKEN = { group: '', resource: 'serviceaccounts', subresource: 'token' }
const REVIEWS = { group: 'authentication.k8s.io', resource: 'tokenreviews' }
const SESAME = Buffer.from('sesame').toString('base64')
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
const redaction = redactSecrets()

describe('redactSecrets()', () => {
  test.each([
    [SECRETS, true],
    [TOKEN, true],
    [REVIEWS, true],
    [{ group: '', resource: 'serviceaccounts' }, false],
    [{ group: 'example.com', resource: 'secrets' }, false],
    [{ group: 'authorization.k8s.io', resource: 'tokenreviews' }, false],
  ])('applies to %j: %s', (target, expected) => {
    expect(redaction.applies(target)).toBe(expected)
  })

  test.each<[string, unknown]>([
    ['an object', { kind: 'Secret', data: { a: SESAME }, stringData: { a: 'sesame' } }],
    ['what kubectl applied', { metadata: { annotations: { [LAST_APPLIED]: `{"data":{"a":"${SESAME}"}}` } } }],
    ['what kapp keeps', { metadata: { annotations: { 'kapp.k14s.io/original': `{"data":{"a":"${SESAME}"}}` } } }],
    ['what Rancher keeps', { metadata: { annotations: { 'objectset.rio.cattle.io/applied': 'sesame' } } }],
    ['any object in an annotation', { metadata: { annotations: { 'example.com/copy': ' {"stringData":{"a":"sesame"}}' } } }],
    ['a field that is misspelt', { stringdata: { a: 'sesame' } }],
    ['values that are no texts', { stringData: { a: { b: 'sesame' }, c: ['sesame'] } }],
    ['values in place of a map', { data: 'sesame', stringData: ['sesame'] }],
    ['a patch as text', 'stringData: { a: sesame }'],
    ['a patch of the whole', [{ op: 'replace', path: '', value: { data: { a: SESAME } } }]],
    ['a patch of the data', [{ op: 'add', path: '/data', value: { a: SESAME } }]],
    ['a patch of one value', [{ op: 'test', path: '/data/a', value: SESAME }]],
    ['a patch of one text', [{ op: 'add', path: '/stringData/a', value: 'sesame' }]],
    ['a patch below a value', [{ op: 'add', path: '/stringData/a/b', value: 'sesame' }]],
    ['a patch of the metadata', [{ op: 'add', path: '/metadata', value: { annotations: { [LAST_APPLIED]: 'sesame' } } }]],
    ['a patch of annotations', [{ op: 'add', path: '/metadata/annotations', value: { [LAST_APPLIED]: 'sesame' } }]],
    ['a patch of one annotation', [{ op: 'add', path: `/metadata/annotations/${LAST_APPLIED.replace('/', '~1')}`, value: 'sesame' }]],
    ['a patch of a field that is none', [{ op: 'add', path: '/stringdata/a', value: 'sesame' }]],
    ['a patch at no pointer', [{ op: 'add', path: 'stringData/a', value: 'sesame' }]],
    ['a patch of no operations', ['sesame']],
  ])('leaves nothing of the value of a Secret in %s', (_what, value) => {
    const text = JSON.stringify(redaction.redact(SECRETS, value))
    expect(text).not.toContain('sesame')
    expect(text).not.toContain(SESAME)
  })

  test('leaves everything else of a Secret as it is, empty values and removals too', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'Opaque',
      immutable: true,
      metadata: { name: 'a', annotations: { note: 'mine', [LAST_APPLIED]: null }, labels: { applied: 'yes' } },
      data: { gone: null, empty: '', $patch: 'replace' },
      stringData: null,
      $patch: 'merge',
    }
    expect(redaction.redact(SECRETS, secret)).toEqual(secret)
    const patch = [
      { op: 'remove', path: '/data/a' },
      { op: 'add', path: '/metadata/labels/a', value: 'b' },
      { op: 'replace', path: '/type', value: 'Opaque' },
    ]
    expect(redaction.redact(SECRETS, patch)).toEqual(patch)
  })

  test('gives equal values equal pseudonyms, in base64 where the value is, and others in another session', () => {
    const { data, stringData } = redaction.redact(SECRETS, { data: { a: SESAME }, stringData: { a: 'sesame', b: 'other' } })
    expect(Buffer.from(data.a, 'base64').toString()).toBe(stringData.a)
    expect(stringData.a).not.toBe(stringData.b)
    expect([data.a, stringData.a].map(isPseudonym)).toEqual([true, true])
    expect(redactSecrets().redact(SECRETS, { stringData: { a: 'sesame' } }).stringData.a).not.toBe(stringData.a)
  })

  test('takes out tokens that are issued and asked about, and nothing else of them', () => {
    expect(redaction.redact(TOKEN, { spec: { audiences: ['a'] }, status: { token: 'sesame', expirationTimestamp: 'soon' } })).toEqual({
      spec: { audiences: ['a'] },
      status: { token: expect.stringMatching(/^redacted-/) as unknown, expirationTimestamp: 'soon' },
    })
    const review = redaction.redact(REVIEWS, { spec: { token: 'sesame' }, status: { authenticated: true, user: { username: 'jane' } } })
    expect(isPseudonym(review.spec.token)).toBe(true)
    expect(review.status).toEqual({ authenticated: true, user: { username: 'jane' } })
  })
})
