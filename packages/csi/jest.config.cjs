module.exports = { displayName: 'csi', preset: '../../jest.preset.cjs' }
