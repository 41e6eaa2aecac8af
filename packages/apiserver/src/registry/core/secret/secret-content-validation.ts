import { type FieldError, FieldPath, goJsonKind, invalid, required } from '@kubetape/apimachinery'
import { JsonSyntaxError } from '../../../schema/exact-reader.ts'
import { JsonText } from '../../../schema/json-text.ts'

const DATA = FieldPath.of('data')
const ACCOUNT_NAME = 'kubernetes.io/service-account.name'

/** What each type of Secret must have (API reference, SecretType); other types are free. */
export function validateSecretContent(
  type: string,
  data: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
): FieldError[] {
  const missing = (...keys: string[]): FieldError[] => keys.map((key) => required(DATA.key(key)))
  const has = (key: string): boolean => Object.hasOwn(data, key)
  switch (type) {
    case 'kubernetes.io/service-account-token':
      return annotations[ACCOUNT_NAME] ? [] : [required(FieldPath.of('metadata').child('annotations').key(ACCOUNT_NAME))]
    case 'kubernetes.io/dockercfg':
      return has('.dockercfg') ? validateJson('.dockercfg', data) : missing('.dockercfg')
    case 'kubernetes.io/dockerconfigjson':
      return has('.dockerconfigjson') ? validateJson('.dockerconfigjson', data) : missing('.dockerconfigjson')
    case 'kubernetes.io/basic-auth':
      return has('username') || has('password') ? [] : missing('username', 'password')
    case 'kubernetes.io/ssh-auth':
      return data['ssh-privatekey'] ? [] : missing('ssh-privatekey')
    case 'kubernetes.io/tls':
      return missing(...['tls.crt', 'tls.key'].filter((key) => !has(key)))
    default:
      return []
  }
}

/** The value must be a JSON object; what it is instead is told, but not shown. */
function validateJson(key: string, data: Readonly<Record<string, string>>): FieldError[] {
  const error = jsonObjectError(Buffer.from(data[key] ?? '', 'base64').toString('utf8'))
  return error === undefined ? [] : [invalid(DATA.key(key), '<secret contents redacted>', error)]
}

/** In the words of Go's decoder. */
function jsonObjectError(text: string): string | undefined {
  let value: unknown
  try {
    ;({ value } = JsonText.read(text))
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof SyntaxError) return error.message
    throw error
  }
  if (value === null || (typeof value === 'object' && !Array.isArray(value))) return undefined
  return `json: cannot unmarshal ${goJsonKind(value)} into Go value of type map[string]interface {}`
}
