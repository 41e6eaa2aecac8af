module.exports = { displayName: 'eventlog', preset: '../../jest.preset.cjs' }
