import { replaceFeatureGates, WatchListClient } from '@kubetape/client-go-features'

// A program that has its provider in place as soon as it is loaded.
replaceFeatureGates({ enabled: (feature) => feature === WatchListClient })
