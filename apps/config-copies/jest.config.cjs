module.exports = { displayName: 'config-copies', preset: '../../jest.preset.cjs' }
