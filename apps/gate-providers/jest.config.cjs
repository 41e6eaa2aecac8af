module.exports = { displayName: 'gate-providers', preset: '../../jest.preset.cjs' }
