import { allResources, type ResourceInfo } from '@kubetape/api'
import { formatGroupVersion, type KubeObject } from '@kubetape/apimachinery'
import { toAutoscalerV1, toAutoscalerV2 } from './autoscaling/autoscaler-conversion.ts'
import { toCoreEvent, toEventsV1 } from './core/event/event-conversion.ts'
import { builtinType } from './object-type.ts'
import type { ObjectForm, ObjectForms } from '../managed-fields/object-forms.ts'

/** The versions of a built-in kind, served or not: those of its group that are stored in one form, and of Events both groups. */
export function builtinForms(info: ResourceInfo): ObjectForms {
  const found = new Map<string, ObjectForm | undefined>()
  return {
    find(apiVersion) {
      if (!found.has(apiVersion)) found.set(apiVersion, findForm(info, apiVersion))
      return found.get(apiVersion)
    },
  }
}

function findForm(info: ResourceInfo, apiVersion: string): ObjectForm | undefined {
  const other = allResources().find(
    (one) => one.kind === info.kind && formatGroupVersion(one) === apiVersion && (one.group === info.group || isEvent(one, info)),
  )
  if (other === undefined) return undefined
  const type = builtinType(other)
  const current = formatGroupVersion(info)
  const form = (from: (object: KubeObject) => object, to: (object: KubeObject) => object): ObjectForm => ({
    get tracker() {
      return type.tracker
    },
    fromCurrent: (object) => from(object as KubeObject),
    toCurrent: (object) => to(object as KubeObject),
  })
  if (apiVersion === current) return form(same, same)
  if (other.group !== info.group) return info.group === '' ? form(toEventsV1, toCoreEvent) : form(toCoreEvent, toEventsV1)
  if (info.kind === 'HorizontalPodAutoscaler')
    return apiVersion === 'autoscaling/v1' ? form(toAutoscalerV1, toAutoscalerV2) : form(toAutoscalerV2, toAutoscalerV1)
  return form(
    (object) => ({ ...object, apiVersion }),
    (object) => ({ ...object, apiVersion: current }),
  )
}

const same = (object: KubeObject): object => object

const EVENT_GROUPS = new Set(['', 'events.k8s.io'])

const isEvent = (one: ResourceInfo, other: ResourceInfo): boolean =>
  one.kind === 'Event' && EVENT_GROUPS.has(one.group) && EVENT_GROUPS.has(other.group)
