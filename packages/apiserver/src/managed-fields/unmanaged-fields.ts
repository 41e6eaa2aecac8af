import { type FieldSet, LEAF } from './field-set.ts'

/** What every object has, and what of its metadata the server owns: nobody manages these (structured-merge-diff's strip set). */
export const UNMANAGED_FIELDS: FieldSet = {
  'f:apiVersion': LEAF,
  'f:kind': LEAF,
  'f:metadata': {
    '.': LEAF,
    'f:name': LEAF,
    'f:namespace': LEAF,
    'f:creationTimestamp': LEAF,
    'f:selfLink': LEAF,
    'f:uid': LEAF,
    'f:clusterName': LEAF,
    'f:generation': LEAF,
    'f:managedFields': LEAF,
    'f:resourceVersion': LEAF,
  },
}
