import { crdTypes, readDefinitions } from '@kubetape/crd-types'
import { controllerFile, testFile } from './code-files.ts'
import { deploymentFile, dockerfile, dockerignoreFile } from './container-files.ts'
import { definitionFile, rbacFile, sampleFile } from './manifest-files.ts'
import type { ProjectNames } from './project-names.ts'
import { gitignoreFile, manifestFile, readmeFile, tsconfigFile } from './project-files.ts'

export interface ScaffoldOptions {
  /** Of the packages of Kubetape that the project depends on. */
  readonly version: string
}

/**
 * The files of a project by name: a controller of one file with its CustomResourceDefinition, types, RBAC, Dockerfile and test. It runs with
 * `npm install` and `npm start`.
 */
export function scaffold(names: ProjectNames, { version }: ScaffoldOptions): ReadonlyMap<string, string> {
  const definition = definitionFile(names)
  return new Map([
    ['README.md', readmeFile(names)],
    ['package.json', manifestFile(names, version)],
    ['tsconfig.json', tsconfigFile()],
    ['.gitignore', gitignoreFile()],
    ['controller.ts', controllerFile(names)],
    ['controller.test.ts', testFile(names)],
    [`${names.singular}.ts`, crdTypes(readDefinitions(definition, 'crd.yaml'))],
    ['crd.yaml', definition],
    ['sample.yaml', sampleFile(names)],
    ['rbac.yaml', rbacFile(names)],
    ['deployment.yaml', deploymentFile(names)],
    ['Dockerfile', dockerfile(names)],
    ['.dockerignore', dockerignoreFile(names)],
  ])
}
