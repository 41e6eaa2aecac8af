import { type FieldError, FieldPath, invalid } from '@kubetape/apimachinery'

/** The Pod Security Standards, from lax to strict. */
export const LEVELS = ['privileged', 'baseline', 'restricted'] as const
export type Level = (typeof LEVELS)[number]

/** A level as some release defined it: the minor version of v1.x, or 'latest'. */
export interface LevelVersion {
  readonly level: Level
  readonly version: number | 'latest'
}

/** What a namespace says about its Pods. */
export interface SecurityPolicy {
  readonly enforce: LevelVersion
  readonly audit: LevelVersion
  readonly warn: LevelVersion
}

/** `restricted:latest`, `baseline:v1.24` */
export const printLevel = ({ level, version }: LevelVersion): string => `${level}:${version === 'latest' ? version : `v1.${version}`}`

/** Negative, 0 or positive as a is laxer than, equal to or stricter than b. */
export const compareLevels = (a: Level, b: Level): number => LEVELS.indexOf(a) - LEVELS.indexOf(b)

const PREFIX = 'pod-security.kubernetes.io/'
const LABELS = FieldPath.of('metadata').child('labels')
const FREE: LevelVersion = Object.freeze({ level: 'privileged', version: 'latest' })
export const FREE_POLICY: SecurityPolicy = Object.freeze({ enforce: FREE, audit: FREE, warn: FREE })

/**
 * The policy in a namespace's labels, and what is wrong with them. A level to enforce that is none counts as the strictest, one to warn of or audit as
 * the laxest. Who enforces a level and says nothing about warnings is warned by the same.
 */
export function policyOf(labels: Readonly<Record<string, string>> | undefined): { policy: SecurityPolicy; errors: FieldError[] } {
  if (labels === undefined || !Object.keys(labels).some((key) => key.startsWith(PREFIX))) return { policy: FREE_POLICY, errors: [] }
  const errors: FieldError[] = []
  const read = (mode: keyof SecurityPolicy, otherwise: Level): { level?: Level; version?: LevelVersion['version']; isLevel: boolean } => {
    const [levelText, versionText] = [labels[PREFIX + mode], labels[`${PREFIX}${mode}-version`]]
    const isLevel = levelText !== undefined && (LEVELS as readonly string[]).includes(levelText)
    if (levelText !== undefined && !isLevel)
      errors.push(invalid(LABELS.key(PREFIX + mode), levelText, `must be one of ${LEVELS.join(', ')}`))
    const version = versionText === undefined ? undefined : versionOf(versionText)
    if (version === null) errors.push(invalid(LABELS.key(`${PREFIX}${mode}-version`), versionText, 'must be "latest" or "v1.x"'))
    return {
      isLevel,
      ...(levelText === undefined ? {} : { level: isLevel ? (levelText as Level) : otherwise }),
      ...(version === undefined ? {} : { version: version ?? 'latest' }),
    }
  }
  const said = { enforce: read('enforce', 'restricted'), audit: read('audit', 'privileged'), warn: read('warn', 'privileged') }
  const complete = ({ level = FREE.level, version = FREE.version }: Partial<LevelVersion>): LevelVersion => ({ level, version })
  const enforce = complete(said.enforce)
  const follows = said.warn.level === undefined && said.enforce.isLevel && compareLevels(enforce.level, FREE.level) > 0
  const warn = follows ? { level: enforce.level, version: said.warn.version ?? enforce.version } : complete(said.warn)
  return { policy: { enforce, audit: complete(said.audit), warn }, errors }
}

/** Null for what is no version. */
function versionOf(text: string): LevelVersion['version'] | null {
  if (text === 'latest') return text
  const minor = /^v1\.(0|[1-9]\d*)$/.exec(text)?.[1]
  return minor === undefined ? null : Number(minor)
}
