module.exports = { displayName: 'billing-account', preset: '../../jest.preset.cjs' }
