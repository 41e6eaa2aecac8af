module.exports = { displayName: 'determinism', preset: '../../jest.preset.cjs' }
