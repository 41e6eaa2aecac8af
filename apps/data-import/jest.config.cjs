module.exports = { displayName: 'data-import', preset: '../../jest.preset.cjs' }
