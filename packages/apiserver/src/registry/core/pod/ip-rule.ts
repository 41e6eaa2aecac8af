import { isIP } from 'node:net'
import { type FieldError, type FieldPath, invalid } from '@kubetape/apimachinery'

/** 4 or 6 for an address of that family, 0 for anything else; leading zeros of IPv4 parts are tolerated, as upstream does for old objects. */
export function ipFamily(text: string): 0 | 4 | 6 {
  const plain = text.replace(/(^|\.)0+(?=\d)/g, '$1')
  const family = text.includes(':') ? isIP(text.includes('%') ? '' : text) : isIP(plain)
  if (family === 6 && /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(text)) return 4
  return family as 0 | 4 | 6
}

/** An address of either family. */
export function checkIp(path: FieldPath, value: string): FieldError[] {
  return ipFamily(value) === 0 ? [invalid(path, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')] : []
}
