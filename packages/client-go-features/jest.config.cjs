module.exports = { displayName: 'client-go-features', preset: '../../jest.preset.cjs' }
