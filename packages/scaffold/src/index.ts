/** The project that `kubetape init` begins: `writeProject(folder, scaffold(projectNames('demo'), { version }))`. */
export { type NameOptions, type ProjectNames, projectNames } from './project-names.ts'
export { scaffold, type ScaffoldOptions } from './scaffold.ts'
export { ScaffoldError } from './scaffold-error.ts'
export { writeProject } from './write-project.ts'
