// A CSI driver of the protocol's own Go library, for clients to be tried with: it prints every request as a line of JSON and answers with what it was
// asked for. A volume with the id "code-N" is refused with the gRPC status N, one with the id "hang" is not answered before the client gives up.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

type driver struct {
	csi.UnimplementedIdentityServer
	csi.UnimplementedControllerServer
	csi.UnimplementedNodeServer
}

func main() {
	listener, err := net.Listen("unix", os.Args[1])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	server := grpc.NewServer(grpc.UnaryInterceptor(tell))
	csi.RegisterIdentityServer(server, &driver{})
	csi.RegisterControllerServer(server, &driver{})
	csi.RegisterNodeServer(server, &driver{})
	fmt.Println("ready")
	if err := server.Serve(listener); err != nil {
		os.Exit(1)
	}
}

func tell(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	text, err := protojson.Marshal(request.(proto.Message))
	if err != nil {
		return nil, err
	}
	fmt.Printf("%s %s\n", info.FullMethod[strings.LastIndex(info.FullMethod, "/")+1:], text)
	if volume, ok := request.(interface{ GetVolumeId() string }); ok {
		id := volume.GetVolumeId()
		if code, found := strings.CutPrefix(id, "code-"); found {
			number, _ := strconv.Atoi(code)
			return nil, status.Error(codes.Code(number), "wörds: 100% & more")
		}
		if id == "hang" {
			<-ctx.Done()
			fmt.Println("gave-up")
			return nil, ctx.Err()
		}
	}
	return handle(ctx, request)
}

func (*driver) GetPluginInfo(context.Context, *csi.GetPluginInfoRequest) (*csi.GetPluginInfoResponse, error) {
	return &csi.GetPluginInfoResponse{Name: "go.example.com", VendorVersion: "v1", Manifest: map[string]string{"a": "b"}}, nil
}

func (*driver) GetPluginCapabilities(context.Context, *csi.GetPluginCapabilitiesRequest) (*csi.GetPluginCapabilitiesResponse, error) {
	service := func(kind csi.PluginCapability_Service_Type) *csi.PluginCapability {
		return &csi.PluginCapability{Type: &csi.PluginCapability_Service_{Service: &csi.PluginCapability_Service{Type: kind}}}
	}
	expansion := &csi.PluginCapability_VolumeExpansion{Type: csi.PluginCapability_VolumeExpansion_OFFLINE}
	return &csi.GetPluginCapabilitiesResponse{Capabilities: []*csi.PluginCapability{
		service(csi.PluginCapability_Service_CONTROLLER_SERVICE),
		service(csi.PluginCapability_Service_VOLUME_ACCESSIBILITY_CONSTRAINTS),
		// Of a later version of the protocol.
		service(csi.PluginCapability_Service_Type(99)),
		{Type: &csi.PluginCapability_VolumeExpansion_{VolumeExpansion: expansion}},
	}}, nil
}

func (*driver) Probe(context.Context, *csi.ProbeRequest) (*csi.ProbeResponse, error) {
	return &csi.ProbeResponse{Ready: wrapperspb.Bool(true)}, nil
}

func (*driver) ControllerGetCapabilities(context.Context, *csi.ControllerGetCapabilitiesRequest) (*csi.ControllerGetCapabilitiesResponse, error) {
	answer := &csi.ControllerGetCapabilitiesResponse{}
	for kind := range csi.ControllerServiceCapability_RPC_Type_name {
		rpc := &csi.ControllerServiceCapability_RPC{Type: csi.ControllerServiceCapability_RPC_Type(kind)}
		answer.Capabilities = append(answer.Capabilities, &csi.ControllerServiceCapability{Type: &csi.ControllerServiceCapability_Rpc{Rpc: rpc}})
	}
	return answer, nil
}

func (*driver) NodeGetCapabilities(context.Context, *csi.NodeGetCapabilitiesRequest) (*csi.NodeGetCapabilitiesResponse, error) {
	rpc := &csi.NodeServiceCapability_RPC{Type: csi.NodeServiceCapability_RPC_STAGE_UNSTAGE_VOLUME}
	return &csi.NodeGetCapabilitiesResponse{Capabilities: []*csi.NodeServiceCapability{{Type: &csi.NodeServiceCapability_Rpc{Rpc: rpc}}}}, nil
}

func (*driver) CreateVolume(_ context.Context, request *csi.CreateVolumeRequest) (*csi.CreateVolumeResponse, error) {
	return &csi.CreateVolumeResponse{Volume: &csi.Volume{
		VolumeId:           request.Name,
		CapacityBytes:      request.CapacityRange.GetRequiredBytes(),
		VolumeContext:      request.Parameters,
		ContentSource:      request.VolumeContentSource,
		AccessibleTopology: request.AccessibilityRequirements.GetPreferred(),
	}}, nil
}

func (*driver) DeleteVolume(context.Context, *csi.DeleteVolumeRequest) (*csi.DeleteVolumeResponse, error) {
	return &csi.DeleteVolumeResponse{}, nil
}

func (*driver) ControllerPublishVolume(_ context.Context, request *csi.ControllerPublishVolumeRequest) (*csi.ControllerPublishVolumeResponse, error) {
	return &csi.ControllerPublishVolumeResponse{PublishContext: request.VolumeContext}, nil
}

func (*driver) ControllerUnpublishVolume(context.Context, *csi.ControllerUnpublishVolumeRequest) (*csi.ControllerUnpublishVolumeResponse, error) {
	return &csi.ControllerUnpublishVolumeResponse{}, nil
}

func (*driver) ControllerExpandVolume(_ context.Context, request *csi.ControllerExpandVolumeRequest) (*csi.ControllerExpandVolumeResponse, error) {
	return &csi.ControllerExpandVolumeResponse{CapacityBytes: request.CapacityRange.GetRequiredBytes(), NodeExpansionRequired: true}, nil
}

func (*driver) ControllerModifyVolume(context.Context, *csi.ControllerModifyVolumeRequest) (*csi.ControllerModifyVolumeResponse, error) {
	return &csi.ControllerModifyVolumeResponse{}, nil
}

func (*driver) ListVolumes(_ context.Context, request *csi.ListVolumesRequest) (*csi.ListVolumesResponse, error) {
	return &csi.ListVolumesResponse{NextToken: request.StartingToken + "+", Entries: []*csi.ListVolumesResponse_Entry{{
		Volume: &csi.Volume{VolumeId: "v", CapacityBytes: 1<<53 - 1},
		Status: &csi.ListVolumesResponse_VolumeStatus{
			PublishedNodeIds: []string{"n"},
			VolumeCondition:  &csi.VolumeCondition{Abnormal: true, Message: "ill"},
		},
	}}}, nil
}

func (*driver) GetCapacity(context.Context, *csi.GetCapacityRequest) (*csi.GetCapacityResponse, error) {
	return &csi.GetCapacityResponse{AvailableCapacity: 7, MaximumVolumeSize: wrapperspb.Int64(5), MinimumVolumeSize: wrapperspb.Int64(0)}, nil
}

func (*driver) NodeStageVolume(context.Context, *csi.NodeStageVolumeRequest) (*csi.NodeStageVolumeResponse, error) {
	return &csi.NodeStageVolumeResponse{}, nil
}

func (*driver) NodeUnstageVolume(context.Context, *csi.NodeUnstageVolumeRequest) (*csi.NodeUnstageVolumeResponse, error) {
	return &csi.NodeUnstageVolumeResponse{}, nil
}

func (*driver) NodePublishVolume(context.Context, *csi.NodePublishVolumeRequest) (*csi.NodePublishVolumeResponse, error) {
	return &csi.NodePublishVolumeResponse{}, nil
}

func (*driver) NodeUnpublishVolume(context.Context, *csi.NodeUnpublishVolumeRequest) (*csi.NodeUnpublishVolumeResponse, error) {
	return &csi.NodeUnpublishVolumeResponse{}, nil
}

func (*driver) NodeExpandVolume(_ context.Context, request *csi.NodeExpandVolumeRequest) (*csi.NodeExpandVolumeResponse, error) {
	return &csi.NodeExpandVolumeResponse{CapacityBytes: request.CapacityRange.GetRequiredBytes()}, nil
}

func (*driver) NodeGetInfo(context.Context, *csi.NodeGetInfoRequest) (*csi.NodeGetInfoResponse, error) {
	topology := &csi.Topology{Segments: map[string]string{"zone": "z"}}
	return &csi.NodeGetInfoResponse{NodeId: "n", MaxVolumesPerNode: 3, AccessibleTopology: topology}, nil
}
