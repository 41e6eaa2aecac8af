import type { Node, TopologySelectorTerm, VolumeNodeAffinity } from '@kubetape/api/types/core/v1'
import type { CSINode } from '@kubetape/api/types/storage/v1'
import type { CreateVolumeRequest, CsiParameters, CsiTopology } from '@kubetape/csi'
import { statefulSetSpread } from './stateful-set-spread.ts'

/** What decides where a volume has to be accessible from. */
export interface TopologyInput {
  readonly driver: string
  readonly claimName: string
  readonly allowedTopologies: readonly TopologySelectorTerm[]
  /** The node that the claim's first consumer is to run on; undefined with immediate binding. */
  readonly selectedNode: Readonly<Node> | undefined
  /** CSINodes of the nodes that have the driver. */
  readonly csiNodes: readonly Readonly<CSINode>[]
  readonly nodes: readonly Readonly<Node>[]
  /** Ask for the selected node's topology only. */
  readonly strict: boolean
  /** Tell the driver with immediate binding too where its nodes are. */
  readonly immediate: boolean
}

type Requirements = NonNullable<CreateVolumeRequest['accessibilityRequirements']>

/**
 * The accessibility that CreateVolume asks for: what is allowed, or else wherever nodes of the driver are, beginning with the selected node; with
 * immediate binding spread over claims of a StatefulSet. Undefined: everywhere. Throws where no topology is known yet, or none fits.
 */
export function accessibilityRequirements(input: TopologyInput): Requirements | undefined {
  const { selectedNode, strict, claimName } = input
  const selected = selectedNode === undefined ? undefined : selectedTopology(input, selectedNode)
  const requisite = strict && selected !== undefined ? [strictTerm(input, selected)] : requisiteTerms(input, selected)
  if (requisite === undefined || requisite.length === 0) return undefined
  const terms = distinct(requisite)
  const from =
    selected === undefined ? statefulSetSpread(claimName) % terms.length : terms.findIndex((term) => isPartOf(term, selected.term))
  if (from < 0) {
    throw new Error(
      `topology ${print(selected!.term)} from selected node ${JSON.stringify(nameOf(selectedNode!))} is not in requisite: [${terms.map(print).join(' ')}]`,
    )
  }
  const ofTerm = (segments: CsiParameters): CsiTopology => ({ segments })
  return { requisite: terms.map(ofTerm), preferred: [...terms.slice(from), ...terms.slice(0, from)].map(ofTerm) }
}

/** Where a volume may be used, from what its driver says; undefined for everywhere. */
export function nodeAffinity(accessible: readonly CsiTopology[]): VolumeNodeAffinity | undefined {
  if (accessible.length === 0) return undefined
  const nodeSelectorTerms = accessible
    .map(({ segments }) => Object.entries(segments).sort(byKey))
    .filter((segments) => segments.length > 0)
    .map((segments) => ({ matchExpressions: segments.map(([key, value]) => ({ key, operator: 'In' as const, values: [value] })) }))
  return { required: { nodeSelectorTerms } }
}

function selectedTopology({ driver, csiNodes }: TopologyInput, node: Readonly<Node>): { keys: readonly string[]; term: CsiParameters } {
  const name = nameOf(node)
  const csiNode = csiNodes.find(({ metadata }) => metadata.name === name)
  if (csiNode === undefined)
    throw new Error(`error getting CSINode for selected node ${JSON.stringify(name)}: csinode.storage.k8s.io "${name}" not found`)
  const keys = topologyKeys(csiNode, driver)
  if (keys.length === 0) throw new Error(`no topology key found on CSINode ${name}`)
  const term = termOf(node, keys)
  if (term === undefined) {
    const labels = Object.entries(node.metadata.labels ?? {}).sort(byKey)
    throw new Error(
      `topology labels from selected node map[${labels.map(([key, value]) => `${key}:${value}`).join(' ')}] does not match topology keys from CSINode [${keys.join(' ')}]`,
    )
  }
  return { keys, term }
}

function strictTerm({ allowedTopologies, selectedNode }: TopologyInput, { term }: { term: CsiParameters }): CsiParameters {
  const allowed = flatten(allowedTopologies)
  if (allowedTopologies.length > 0 && !allowed.some((one) => isPartOf(one, term))) {
    throw new Error(
      `selected node '${JSON.stringify(nameOf(selectedNode!))}' topology '${print(term)}' is not in allowed topologies: [${allowed.map(print).join(' ')}]`,
    )
  }
  return term
}

function requisiteTerms(input: TopologyInput, selected: { keys: readonly string[] } | undefined): CsiParameters[] | undefined {
  const { allowedTopologies, immediate, driver, csiNodes, nodes } = input
  if (allowedTopologies.length > 0) return flatten(allowedTopologies)
  if (selected === undefined && !immediate) return undefined
  // Of nodes that know different keys, while a driver is upgraded, the first by name speaks for all.
  const keys =
    selected?.keys ??
    byName(csiNodes)
      .map((one) => topologyKeys(one, driver))
      .find((found) => found.length > 0)
  if (keys === undefined) throw new Error('no available topology found')
  const terms = nodes.map((node) => termOf(node, keys)).filter((term) => term !== undefined)
  if (terms.length === 0) throw new Error(`topologyKeys [${keys.join(' ')}] were not found on any nodes`)
  return terms
}

export function topologyKeys({ spec }: Readonly<CSINode>, driver: string): readonly string[] {
  return spec.drivers?.find(({ name }) => name === driver)?.topologyKeys ?? []
}

/** The node's values of these labels; undefined while it lacks one. */
export function termOf({ metadata }: Readonly<Node>, keys: readonly string[]): CsiParameters | undefined {
  const labels = metadata.labels ?? {}
  return keys.every((key) => key in labels) ? Object.fromEntries([...keys].sort().map((key) => [key, labels[key]!])) : undefined
}

/** Terms with one value a key: every combination of the values of each term. */
function flatten(allowed: readonly TopologySelectorTerm[]): CsiParameters[] {
  return allowed.flatMap(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.length === 0
      ? []
      : matchLabelExpressions.reduce<Record<string, string>[]>(
          (terms, { key, values }) => values.flatMap((value) => terms.map((term) => ({ ...term, [key]: value }))),
          [{}],
        ),
  )
}

const isPartOf = (part: CsiParameters, whole: CsiParameters): boolean => Object.entries(part).every(([key, value]) => whole[key] === value)

/** Each once, the ones with fewer keys first, then by key and value. */
function distinct(terms: readonly CsiParameters[]): CsiParameters[] {
  const known = new Map(terms.map((term) => [JSON.stringify(Object.entries(term).sort(byKey)), term]))
  const length = (text: string): number => (JSON.parse(text) as unknown[]).length
  const sorted = [...known.keys()].sort((a, b) => length(a) - length(b) || (a < b ? -1 : 1))
  return sorted.map((text) => Object.fromEntries(JSON.parse(text) as [string, string][]))
}

const nameOf = ({ metadata }: Readonly<Node>): string => metadata.name ?? ''
const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : a > b ? 1 : 0)
const byName = (nodes: readonly Readonly<CSINode>[]): Readonly<CSINode>[] =>
  [...nodes].sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))
/** As Go prints a slice of keys and values. */
const print = (term: CsiParameters): string =>
  `[${Object.entries(term)
    .sort(byKey)
    .map(([key, value]) => `{${key} ${value}}`)
    .join(' ')}]`
