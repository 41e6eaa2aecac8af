// Clients of the Kubernetes API that Kubetape did not write, in one program: a controller-runtime manager with a controller of our own,
// a suite for envtest, and upstream's kube-controller-manager and kube-scheduler as they are.
package main

import (
	"context"
	"fmt"
	"os"

	"k8s.io/component-base/cli"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: foreign manager|envtest|kube-controller-manager|kube-scheduler [flags]")
		os.Exit(2)
	}
	name := os.Args[1]
	os.Args = append([]string{name}, os.Args[2:]...)
	switch name {
	case "manager":
		runManager()
	case "envtest":
		if err := runEnvtest(context.Background(), os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "kube-controller-manager":
		os.Exit(cli.Run(controllers.NewControllerManagerCommand()))
	case "kube-scheduler":
		os.Exit(cli.Run(scheduler.NewSchedulerCommand()))
	default:
		fmt.Fprintf(os.Stderr, "Cannot run %q: it is none of manager, envtest, kube-controller-manager, kube-scheduler\n", name)
		os.Exit(2)
	}
}
