import { describe, expect, test } from '@jest/globals'
import { stringFormat } from './string-formats.ts'

describe('stringFormat()', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['bsonobjectid', ['507f1f77bcf86cd799439011'], ['507f1f77bcf86cd79943901', 'x']],
    [
      'uri',
      ['http://a.b/c?d=e', '/abs', 'mailto:a@b', 'urn:x:y', 'http://[::1]:80/'],
      ['', 'a/b', 'http://a b/', '%zz', '/%zz', 'http://a:b/'],
    ],
    ['email', ['a@b', 'a.b+c@d.example', 'Name <a@b.c>', '"a b"@c'], ['a', '@b', 'a@', 'a b@c', 'a@b@c']],
    ['hostname', ['a', 'localhost', 'example.com', 'a-b.example'], ['-a.be', 'a..be', 'a.b', `${'a'.repeat(64)}.b`, 'a_b.c']],
    ['ipv4', ['1.2.3.4', '::ffff:1.2.3.4'], ['1.2.3', '1.2.3.256', '01.2.3.4', '::1']],
    ['ipv6', ['::1', '2001:db8::', '::ffff:1.2.3.4'], ['1.2.3.4', ':::', 'fe80::1%eth0']],
    ['cidr', ['10.0.0.0/8', '10.1.2.3/32', '2001:db8::/64'], ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/08', 'x/8']],
    [
      'mac',
      ['00:00:5e:00:53:01', '00-00-5E-00-53-01', '0000.5e00.5301', '02:00:5e:10:00:00:00:01'],
      ['00:00:5e:00:53', '00:00:5e-00:53:01', 'x'],
    ],
    ['uuid', ['123e4567-e89b-12d3-a456-426614174000', '123E4567E89B12D3A456426614174000'], ['123e4567', 'x']],
    ['uuid3', ['123e4567-e89b-32d3-a456-426614174000'], ['123e4567-e89b-12d3-a456-426614174000']],
    ['uuid4', ['123e4567-e89b-42d3-a456-426614174000'], ['123e4567-e89b-42d3-c456-426614174000']],
    ['uuid5', ['123e4567-e89b-52d3-a456-426614174000'], ['123e4567-e89b-42d3-a456-426614174000']],
    ['isbn', ['0-306-40615-2', '978-0-306-40615-7'], ['0-306-40615-3', '1']],
    ['isbn10', ['080442957X'], ['0804429570']],
    ['isbn13', ['9780306406157'], ['9780306406158']],
    ['creditcard', ['4111 1111 1111 1111', '378282246310005'], ['4111111111111112', '1234']],
    ['ssn', ['123-45-6789', '123 45 6789', '123456789'], ['12-345-6789']],
    ['hexcolor', ['#fff', 'a0B1c2'], ['#ffff', 'g00']],
    ['rgbcolor', ['rgb(0,31,255)', 'rgb( 1, 2, 3 )'], ['rgb(1,2)', 'rgb(0,0,256)']],
    ['byte', ['YQ==', 'YWJj'], ['', 'YQ=', 'a b=']],
    ['password', ['', 'anything'], []],
    ['date', ['2024-02-29', '0001-01-01'], ['2023-02-29', '2024-13-01', '2024-1-1', '2024-04-31']],
    ['duration', ['1h30m', '1.5s', '-2ms', '0', '3 days', '2 weeks'], ['', '1', 'h', '1x', '1 fortnight']],
    [
      'date-time',
      ['2024-01-01T00:00:00Z', '2024-01-01t23:59:59.123+01:00'],
      ['2024-01-01', '2024-01-01T24:00:00Z', '2024-01-01T00:00:00', 'noon'],
    ],
    ['datetime', ['2024-01-01T00:00:00Z'], ['noon']],
  ])('tells what is a %s', (name, good, bad) => {
    const isFormat = stringFormat(name)!
    expect(good.filter((text) => !isFormat(text))).toEqual([])
    expect(bad.filter((text) => isFormat(text))).toEqual([])
  })

  test('knows nothing of others', () => {
    expect(['int32', 'binary', 'toString', undefined].map(stringFormat)).toEqual([undefined, undefined, undefined, undefined])
  })
})
