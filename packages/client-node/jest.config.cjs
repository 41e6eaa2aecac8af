module.exports = { displayName: 'client-node', preset: '../../jest.preset.cjs' }
