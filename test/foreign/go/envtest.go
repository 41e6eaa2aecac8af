package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// runEnvtest does what a suite for envtest does before and after its tests, with the cluster of the kubeconfig: it installs the definitions of a
// folder, waits until they are served, and takes them away again.
func runEnvtest(ctx context.Context, definitions string) error {
	existing := true
	environment := envtest.Environment{UseExistingCluster: &existing, CRDDirectoryPaths: []string{definitions}, ErrorIfCRDPathMissing: true}
	environment.CRDInstallOptions.CleanUpAfterUse = true
	config, err := environment.Start()
	if err != nil {
		return err
	}
	cluster, err := client.New(config, client.Options{})
	if err != nil {
		return err
	}
	made := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "made-in-a-suite", Namespace: "default"}}
	if err := cluster.Create(ctx, made); err != nil {
		return err
	}
	fmt.Println("the suite ran")
	return environment.Stop()
}
