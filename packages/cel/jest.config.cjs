module.exports = { displayName: 'cel', preset: '../../jest.preset.cjs' }
