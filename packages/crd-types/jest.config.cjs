module.exports = { displayName: 'crd-types', preset: '../../jest.preset.cjs' }
