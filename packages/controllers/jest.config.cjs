module.exports = { displayName: 'controllers', preset: '../../jest.preset.cjs' }
