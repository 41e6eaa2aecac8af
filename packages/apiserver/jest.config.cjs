module.exports = { displayName: 'apiserver', preset: '../../jest.preset.cjs' }
