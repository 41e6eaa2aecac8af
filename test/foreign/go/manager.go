package main

import (
	"context"
	"fmt"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

var greetingKind = schema.GroupVersionKind{Group: "example.kubetape.dev", Version: "v1", Kind: "Greeting"}

const (
	finalizer = "example.kubetape.dev/farewell"
	manager   = "greeting-controller"
)

// reconciler makes a ConfigMap by server-side apply for every Greeting, counts Deployments in its status, and says farewell when one goes.
type reconciler struct{ client.Client }

func runManager() {
	ctrl.SetLogger(zap.New())
	if err := run(ctrl.SetupSignalHandler()); err != nil {
		fmt.Fprintln(os.Stderr, "Cannot run the manager:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{
		LeaderElection:          true,
		LeaderElectionID:        "greetings.example.kubetape.dev",
		LeaderElectionNamespace: "default",
		Metrics:                 server.Options{BindAddress: "0"},
	})
	if err != nil {
		return err
	}
	greeting := &unstructured.Unstructured{}
	greeting.SetGroupVersionKind(greetingKind)
	if err := ctrl.NewControllerManagedBy(mgr).For(greeting).Owns(&corev1.ConfigMap{}).Complete(&reconciler{mgr.GetClient()}); err != nil {
		return err
	}
	return mgr.Start(ctx)
}

func (r *reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	greeting := &unstructured.Unstructured{}
	greeting.SetGroupVersionKind(greetingKind)
	if err := r.Get(ctx, request.NamespacedName, greeting); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !greeting.GetDeletionTimestamp().IsZero() {
		return ctrl.Result{}, r.farewell(ctx, greeting)
	}
	if controllerutil.AddFinalizer(greeting, finalizer) {
		return ctrl.Result{}, r.Update(ctx, greeting)
	}
	return ctrl.Result{}, r.greet(ctx, greeting)
}

func (r *reconciler) greet(ctx context.Context, greeting *unstructured.Unstructured) error {
	message, _, err := unstructured.NestedString(greeting.Object, "spec", "message")
	if err != nil {
		return err
	}
	config := &corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: metav1.ObjectMeta{Name: greeting.GetName(), Namespace: greeting.GetNamespace()},
		Data:       map[string]string{"message": message},
	}
	if err := controllerutil.SetControllerReference(greeting, config, r.Scheme()); err != nil {
		return err
	}
	if err := r.Patch(ctx, config, client.Apply, client.FieldOwner(manager), client.ForceOwnership); err != nil {
		return err
	}
	deployments := &appsv1.DeploymentList{}
	if err := r.List(ctx, deployments, client.InNamespace(greeting.GetNamespace())); err != nil {
		return err
	}
	before := greeting.DeepCopy()
	if err := unstructured.SetNestedField(greeting.Object, int64(len(deployments.Items)), "status", "deployments"); err != nil {
		return err
	}
	if err := unstructured.SetNestedField(greeting.Object, message, "status", "said"); err != nil {
		return err
	}
	return r.Status().Patch(ctx, greeting, client.MergeFrom(before))
}

// farewell leaves a ConfigMap behind that nobody owns, and lets the Greeting go.
func (r *reconciler) farewell(ctx context.Context, greeting *unstructured.Unstructured) error {
	farewell := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: greeting.GetName() + "-farewell", Namespace: greeting.GetNamespace()},
	}
	if err := r.Create(ctx, farewell); err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	controllerutil.RemoveFinalizer(greeting, finalizer)
	return r.Update(ctx, greeting)
}
