module.exports = { displayName: 'informers', preset: '../../jest.preset.cjs' }
