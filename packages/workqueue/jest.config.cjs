module.exports = { displayName: 'workqueue', preset: '../../jest.preset.cjs' }
