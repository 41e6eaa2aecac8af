// The conformance suite for CSI drivers, against the driver that listens on CSI_ENDPOINT. It works in the folder CSI_FOLDER.
package csisanity

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/kubernetes-csi/csi-test/v5/pkg/sanity"
)

func TestDriver(t *testing.T) {
	config := sanity.NewTestConfig()
	config.Address = os.Getenv("CSI_ENDPOINT")
	folder := os.Getenv("CSI_FOLDER")
	config.TargetPath = filepath.Join(folder, "mount")
	config.StagingPath = filepath.Join(folder, "staging")
	config.TestVolumeParameters = map[string]string{"type": "sanity"}
	config.TestVolumeMutableParameters = map[string]string{"iops": "500", "throughput": "50MiB/s"}
	sanity.Test(t, config)
}
