import type { CSIDriver, CSIDriverSpec, TokenRequest } from '@kubetape/api/types/storage/v1'
import { duplicate, type FieldError, FieldPath, invalid, type KubeObject, notSupported, required } from '@kubetape/apimachinery'
import { immutable, sameFields } from '../batch/field-rules.ts'
import { printGoStrings } from '../core/go-strings.ts'
import type { Draft, Strategy, StrategyContext } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'

const SPEC = FieldPath.of('spec')
const GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType']
const LIFECYCLE_MODES = ['Persistent', 'Ephemeral']
const TOKEN_SECONDS_MIN = 600
const TOKEN_SECONDS_MAX = 2 ** 32

function defaultDriver(draft: Draft, { gates }: StrategyContext): void {
  const spec = ((draft as CSIDriver).spec ??= {})
  spec.attachRequired ??= true
  spec.podInfoOnMount ??= false
  spec.storageCapacity ??= false
  spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType'
  if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent']
  spec.requiresRepublish ??= false
  if (gates.enabled('SELinuxMountReadWriteOncePod')) spec.seLinuxMount ??= false
}

/** KEP-1710: the field goes without its gate, unless the stored driver has it. */
function dropSeLinuxMount(draft: Draft, old: Readonly<CSIDriver> | undefined, { gates }: StrategyContext): void {
  if (!gates.enabled('SELinuxMountReadWriteOncePod') && old?.spec.seLinuxMount === undefined) delete (draft as CSIDriver).spec.seLinuxMount
}

/** Unlike those of most kinds, generations begin with the first change: a new driver has none. */
function prepareForUpdate(draft: Draft, stored: Readonly<KubeObject>, context: StrategyContext): void {
  const [driver, old] = [draft as CSIDriver, stored as Readonly<CSIDriver>]
  dropSeLinuxMount(draft, old, context)
  if (!sameFields(driver.spec, old.spec)) driver.metadata.generation = (old.metadata.generation ?? 0) + 1
}

function validateSpec(spec: CSIDriverSpec, { gates }: StrategyContext): FieldError[] {
  const missing = (isGiven: boolean, field: string): FieldError[] => (isGiven ? [] : [required(SPEC.child(field))])
  const { fsGroupPolicy, volumeLifecycleModes = [] } = spec
  const modes = SPEC.child('volumeLifecycleModes')
  return [
    // This is how upstream spells it.
    ...missing(spec.attachRequired !== undefined, 'attachedRequired'),
    ...missing(spec.podInfoOnMount !== undefined, 'podInfoOnMount'),
    ...missing(spec.storageCapacity !== undefined, 'storageCapacity'),
    ...(fsGroupPolicy === undefined || GROUP_POLICIES.includes(fsGroupPolicy)
      ? []
      : [notSupported(SPEC.child('fsGroupPolicy'), fsGroupPolicy, GROUP_POLICIES)]),
    ...validateTokenRequests(spec.tokenRequests ?? [], SPEC.child('tokenRequests')),
    ...volumeLifecycleModes.filter((mode) => !LIFECYCLE_MODES.includes(mode)).map((mode) => notSupported(modes, mode, LIFECYCLE_MODES)),
    ...missing(spec.seLinuxMount !== undefined || !gates.enabled('SELinuxMountReadWriteOncePod'), 'seLinuxMount'),
  ]
}

/** Tokens that a driver is given: one for each audience, for a while that makes sense. */
function validateTokenRequests(requests: readonly TokenRequest[], path: FieldPath): FieldError[] {
  const audiences = new Set<string>()
  return requests.flatMap(({ audience = '', expirationSeconds: seconds }, at) => {
    const place = path.index(at)
    if (audiences.has(audience)) return [duplicate(place.child('audience'), audience)]
    audiences.add(audience)
    const refuse = (why: string): FieldError[] => [invalid(place.child('expirationSeconds'), seconds, why)]
    if (seconds === undefined) return []
    if (seconds < TOKEN_SECONDS_MIN) return refuse('may not specify a duration less than 10 minutes')
    return seconds > TOKEN_SECONDS_MAX ? refuse('may not specify a duration larger than 2^32 seconds') : []
  })
}

/** Nodes act on how a driver attaches and which volumes it has: these are fixed. */
function validateUpdate(draft: Draft, stored: Readonly<KubeObject>, context: StrategyContext): FieldError[] {
  const { spec } = draft as CSIDriver
  const { spec: old } = stored as Readonly<CSIDriver>
  return [
    ...validateSpec(spec, context),
    ...immutable(SPEC.child('attachedRequired'), spec.attachRequired, old.attachRequired),
    ...immutable(
      SPEC.child('volumeLifecycleModes'),
      spec.volumeLifecycleModes,
      old.volumeLifecycleModes,
      printGoStrings('storage.VolumeLifecycleMode'),
    ),
  ]
}

/** CSIDrivers (API reference, storage.k8s.io/v1 CSIDriver). */
export const csiDriverStrategy: Strategy = {
  default: defaultDriver,
  prepareForCreate: (draft, context) => dropSeLinuxMount(draft, undefined, context),
  prepareForUpdate,
  validate: (draft, context) => validateSpec((draft as CSIDriver).spec, context),
  validateUpdate,
  unconditionalUpdate: false,
  generation: 'none',
  returnsDeleted: true,
  tableRow: (object, nowMs) => {
    const { metadata, spec } = object as Readonly<CSIDriver>
    return [
      metadata.name ?? '',
      spec.attachRequired ?? true,
      spec.podInfoOnMount ?? false,
      spec.storageCapacity ?? false,
      (spec.tokenRequests ?? []).map(({ audience }) => audience).join(',') || '<unset>',
      spec.requiresRepublish ?? false,
      (spec.volumeLifecycleModes ?? []).join(',') || '<unknown>',
      ageCell(metadata.creationTimestamp, nowMs),
    ]
  },
}
