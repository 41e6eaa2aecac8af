import { describe, expect, test } from '@jest/globals'
import { printGoStringMap } from '@kubetape/apimachinery'
import { jobBody, jobRunner } from './testing/job-cases.ts'

const indexed = (spec: object = {}): object => ({ completionMode: 'Indexed', completions: 3, ...spec })
const negative = 'must be greater than or equal to 0'

describe('validateJob()', () => {
  test.each<[string, object, string[]]>([
    ['a Job without a fault', {}, []],
    [
      'negative numbers',
      { parallelism: -1, completions: -2, backoffLimit: -3, activeDeadlineSeconds: -4, ttlSecondsAfterFinished: -5 },
      [
        `spec.parallelism: Invalid value: -1: ${negative}`,
        `spec.completions: Invalid value: -2: ${negative}`,
        `spec.activeDeadlineSeconds: Invalid value: -4: ${negative}`,
        `spec.backoffLimit: Invalid value: -3: ${negative}`,
        `spec.ttlSecondsAfterFinished: Invalid value: -5: ${negative}`,
      ],
    ],
    [
      'an unknown completion mode',
      { completionMode: 'Ordered' },
      ['spec.completionMode: Unsupported value: "Ordered": supported values: "NonIndexed", "Indexed"'],
    ],
    [
      'an Indexed Job without completions',
      { completionMode: 'Indexed', parallelism: 2 },
      ['spec.completions: Required value: when completion mode is Indexed'],
    ],
    [
      'too many Pods at once',
      indexed({ parallelism: 100_001 }),
      ['spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed'],
    ],
    [
      'limits per index without indexes',
      { backoffLimitPerIndex: 1, maxFailedIndexes: 1 },
      [
        'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode',
        'spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode',
      ],
    ],
    [
      'maxFailedIndexes alone',
      indexed({ maxFailedIndexes: 1 }),
      ['spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified'],
    ],
    [
      'maxFailedIndexes above completions',
      indexed({ backoffLimitPerIndex: 1, maxFailedIndexes: 4 }),
      ['spec.maxFailedIndexes: Invalid value: 4: must be less than or equal to completions'],
    ],
    [
      'maxFailedIndexes above everything',
      indexed({ completions: 100_001, backoffLimitPerIndex: 1, maxFailedIndexes: 100_001, parallelism: 10_001 }),
      [
        'spec.maxFailedIndexes: Invalid value: 100001: must be less than or equal to 100000',
        'spec.parallelism: Invalid value: 10001: must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index',
        'spec.maxFailedIndexes: Invalid value: 100001: must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index',
      ],
    ],
    [
      'no maxFailedIndexes for many completions',
      indexed({ completions: 100_001, backoffLimitPerIndex: 1 }),
      ['spec.maxFailedIndexes: Required value: must be specified when completions is above 100000'],
    ],
    [
      'an unknown replacement policy',
      { podReplacementPolicy: 'Now' },
      ['spec.podReplacementPolicy: Unsupported value: "Now": supported values: "Failed", "TerminatingOrFailed"'],
    ],
    [
      'replacing terminating Pods beside a failure policy',
      { podReplacementPolicy: 'TerminatingOrFailed', podFailurePolicy: { rules: [] } },
      ['spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"'],
    ],
    [
      'a selector of its own',
      { selector: { matchLabels: { a: 'b' } } },
      [
        'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"a":"b", "batch.kubernetes.io/controller-uid":"11111111-2222-3333-4444-555555555555"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: `selector` not auto-generated',
        expect.stringMatching(/^spec\.template\.metadata\.labels: .*: `selector` does not match template `labels`$/) as unknown as string,
      ],
    ],
    [
      'a manual selector that is missing',
      { manualSelector: true },
      [
        'spec.selector: Required value',
        'spec.template.metadata.labels: Invalid value: map[string]string(nil): `selector` does not match template `labels`',
      ],
    ],
  ])('refuses %s', (_, spec, expected) => {
    expect(jobRunner().create(jobBody(spec)).errors).toEqual(expected)
  })

  test.each([
    [undefined, ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"']],
    ['Always', ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"']],
    ['OnFailure', []],
  ])('judges restartPolicy %s', (restartPolicy, expected) => {
    const body = jobBody()
    body.spec.template.spec!.restartPolicy = restartPolicy as 'Always'
    expect(jobRunner().create(body).errors).toEqual(expected)
  })

  test('refuses OnFailure beside a failure policy', () => {
    const body = jobBody({ podFailurePolicy: { rules: [] } })
    body.spec.template.spec!.restartPolicy = 'OnFailure'
    expect(jobRunner().create(body).errors).toEqual([
      'spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
    ])
  })

  test('refuses labels of the Job on the template that say something else', () => {
    const body = jobBody()
    body.spec.template.metadata = { labels: { 'job-name': 'x', 'controller-uid': 'y' } }
    const labels = body.spec.template.metadata.labels!
    const printed = printGoStringMap({
      ...labels,
      'batch.kubernetes.io/job-name': 'demo',
      'batch.kubernetes.io/controller-uid': '11111111-2222-3333-4444-555555555555',
    })
    expect(jobRunner().create(body).errors).toEqual([
      `spec.template.metadata.labels[controller-uid]: Invalid value: ${printed}: must be '11111111-2222-3333-4444-555555555555'`,
      `spec.template.metadata.labels[job-name]: Invalid value: ${printed}: must be 'demo'`,
    ])
  })

  test('refuses only the template for a name that is no label', () => {
    const { errors } = jobRunner().create({ ...jobBody(), metadata: { name: 'a'.repeat(64) } })
    const error = `spec.template.labels: Invalid value: "${'a'.repeat(64)}": must be no more than 63 characters`
    expect(errors).toEqual([error, error])
  })

  test('refuses an Indexed Job whose Pods could have no host name', () => {
    const name = 'a'.repeat(62)
    const { errors } = jobRunner().create({ ...jobBody(indexed({ completions: 1000 })), metadata: { name } })
    expect(errors).toEqual([`metadata.name: Invalid value: "${name}": will not able to create pod with invalid DNS label: ${name}-999`])
  })
})

describe('validateJob() of managedBy', () => {
  const path = 'must be a domain-prefixed path (such as "acme.io/foo")'
  test.each<[string, string[]]>([
    ['example.com/mine', []],
    ['', ['Required value']],
    ['no-slash', [`Invalid value: "no-slash": ${path}`]],
    ['/a', [`Invalid value: "/a": ${path}`]],
    ['example.com/', [`Invalid value: "example.com/": ${path}`]],
    ['example.com/a"b', [`Invalid value: "a\\"b": Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')`]],
    [`example.com/${'a'.repeat(52)}`, ['Too long: may not be longer than 63']],
  ])('judges %j', (managedBy, expected) => {
    const { errors } = jobRunner({ JobManagedBy: true }).create(jobBody({ managedBy }))
    expect(errors).toEqual(expected.map((message) => `spec.managedBy: ${message}`))
  })

  test('refuses a malformed domain', () => {
    const { errors } = jobRunner({ JobManagedBy: true }).create(jobBody({ managedBy: 'Example.com/a' }))
    expect(errors).toEqual([
      expect.stringContaining('spec.managedBy: Invalid value: "Example.com": a lowercase RFC 1123 subdomain must consist of'),
    ])
  })
})

describe('jobWarnings()', () => {
  test('advises names that are DNS labels', () => {
    const { warnings } = jobRunner().create({ ...jobBody(), metadata: { name: 'a.b' } })
    expect(warnings).toEqual([
      'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]',
    ])
  })

  test('warns about more indexes than can be tracked', () => {
    const { warnings } = jobRunner().create(jobBody(indexed({ completions: 100_001, parallelism: 10_001 })))
    expect(warnings).toEqual([
      expect.stringMatching(/^spec: In Indexed Jobs with a number of completions higher than 10\^5 and a parallelism higher than 10\^4, /),
    ])
  })
})
