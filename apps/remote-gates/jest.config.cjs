module.exports = { displayName: 'remote-gates', preset: '../../jest.preset.cjs' }
