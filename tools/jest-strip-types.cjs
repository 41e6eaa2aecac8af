// Jest transform with the semantics of running a .ts file under Node: types are stripped, nothing else changes.
const { stripTypeScriptTypes } = require('node:module')

module.exports = {
  process: (source) => ({ code: stripTypeScriptTypes(source, { mode: 'strip' }) }),
  getCacheKey: (source, path) => `${process.version}:${path}:${require('node:crypto').createHash('sha256').update(source).digest('hex')}`,
}
