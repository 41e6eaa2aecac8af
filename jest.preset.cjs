// What every package's tests run under: native ESM, sources without a build, the same type stripping as `node`.
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/src/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  testEnvironmentOptions: { customExportConditions: ['@kubetape/source', 'node', 'import', 'default'] },
  transform: { '\\.ts$': require.resolve('./tools/jest-strip-types.cjs') },
}
