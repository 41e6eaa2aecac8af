module.exports = { displayName: 'config-map-job', preset: '../../jest.preset.cjs' }
