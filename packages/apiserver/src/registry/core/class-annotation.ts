/** How volumes and claims named their class before they had a field for it. */
export const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

/** What is said of those that still do, behind the path of the annotation. */
export const CLASS_ANNOTATION_NOTE = 'deprecated since v1.8; use "storageClassName" attribute instead'
