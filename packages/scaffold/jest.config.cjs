module.exports = { displayName: 'scaffold', preset: '../../jest.preset.cjs' }
