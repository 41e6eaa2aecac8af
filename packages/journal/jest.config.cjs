module.exports = { displayName: 'journal', preset: '../../jest.preset.cjs' }
