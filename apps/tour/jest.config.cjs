module.exports = { displayName: 'tour', preset: '../../jest.preset.cjs' }
