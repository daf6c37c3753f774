"""The Go types of the client 29 that are not those of 28, in the form of `api_type_table`: whole types, by their names.

Source: moby/api of engine 29.7.2, docker/cli 29.7.2. Addresses and MAC addresses have types of their own there.
"""

from __future__ import annotations

from typing import Final

TABLE: Final = """
container.InspectResponse
  + *container.ContainerJSONBase
  SizeRw *int64 ?
  SizeRootFs *int64 ?
  Mounts []container.MountPoint
  Config *container.Config
  NetworkSettings *container.NetworkSettings
  ImageManifestDescriptor *v1.Descriptor ?
container.ContainerJSONBase
  ID string Id
  Created string
  Path string
  Args []string
  State *container.State
  Image string
  ResolvConfPath string
  HostnamePath string
  HostsPath string
  LogPath string
  Name string
  RestartCount int
  Driver string
  Platform string
  MountLabel string
  ProcessLabel string
  AppArmorProfile string
  ExecIDs []string
  HostConfig *container.HostConfig
  GraphDriver *storage.DriverData ?
  Storage *storage.Storage ?
storage.Storage
  RootFS *storage.RootFSStorage ?
storage.RootFSStorage
  Snapshot *storage.RootFSStorageSnapshot ?
storage.RootFSStorageSnapshot
  Name string ?
container.Config
  Hostname string
  Domainname string
  User string
  AttachStdin bool
  AttachStdout bool
  AttachStderr bool
  ExposedPorts nat.PortSet ?
  Tty bool
  OpenStdin bool
  StdinOnce bool
  Env []string
  Cmd []string
  Healthcheck *v1.HealthcheckConfig ?
  ArgsEscaped bool ?
  Image string
  Volumes map[string]struct{}
  WorkingDir string
  Entrypoint []string
  NetworkDisabled bool ?
  OnBuild []string ?
  Labels map[string]string
  StopSignal string ?
  StopTimeout *int ?
  Shell []string ?
container.HostConfig
  Binds []string
  ContainerIDFile string
  LogConfig container.LogConfig
  NetworkMode container.NetworkMode
  PortBindings nat.PortMap
  RestartPolicy container.RestartPolicy
  AutoRemove bool
  VolumeDriver string
  VolumesFrom []string
  ConsoleSize [2]uint
  Annotations map[string]string ?
  CapAdd []string
  CapDrop []string
  CgroupnsMode container.CgroupnsMode
  DNS []netip.Addr Dns
  DNSOptions []string DnsOptions
  DNSSearch []string DnsSearch
  ExtraHosts []string
  GroupAdd []string
  IpcMode container.IpcMode
  Cgroup container.CgroupSpec
  Links []string
  OomScoreAdj int
  PidMode container.PidMode
  Privileged bool
  PublishAllPorts bool
  ReadonlyRootfs bool
  SecurityOpt []string
  StorageOpt map[string]string ?
  Tmpfs map[string]string ?
  UTSMode container.UTSMode
  UsernsMode container.UsernsMode
  ShmSize int64
  Sysctls map[string]string ?
  Runtime string ?
  Isolation container.Isolation
  + container.Resources
  Mounts []mount.Mount ?
  MaskedPaths []string
  ReadonlyPaths []string
  Init *bool ?
container.Resources
  CPUShares int64 CpuShares
  Memory int64
  NanoCPUs int64 NanoCpus
  CgroupParent string
  BlkioWeight uint16
  BlkioWeightDevice []*blkiodev.WeightDevice
  BlkioDeviceReadBps []*blkiodev.ThrottleDevice
  BlkioDeviceWriteBps []*blkiodev.ThrottleDevice
  BlkioDeviceReadIOps []*blkiodev.ThrottleDevice
  BlkioDeviceWriteIOps []*blkiodev.ThrottleDevice
  CPUPeriod int64 CpuPeriod
  CPUQuota int64 CpuQuota
  CPURealtimePeriod int64 CpuRealtimePeriod
  CPURealtimeRuntime int64 CpuRealtimeRuntime
  CpusetCpus string
  CpusetMems string
  Devices []container.DeviceMapping
  DeviceCgroupRules []string
  DeviceRequests []container.DeviceRequest
  MemoryReservation int64
  MemorySwap int64
  MemorySwappiness *int64
  OomKillDisable *bool
  PidsLimit *int64
  Ulimits []*units.Ulimit
  CPUCount int64 CpuCount
  CPUPercent int64 CpuPercent
  IOMaximumIOps uint64
  IOMaximumBandwidth uint64
container.NetworkSettings
  SandboxID string
  SandboxKey string
  Ports nat.PortMap
  Networks map[string]*network.EndpointSettings
network.EndpointSettings
  IPAMConfig *network.EndpointIPAMConfig
  Links []string
  Aliases []string
  DriverOpts map[string]string
  GwPriority int
  NetworkID string
  EndpointID string
  Gateway netip.Addr
  IPAddress netip.Addr
  MacAddress network.HardwareAddr
  IPPrefixLen int
  IPv6Gateway netip.Addr
  GlobalIPv6Address netip.Addr
  GlobalIPv6PrefixLen int
  DNSNames []string
network.EndpointIPAMConfig
  IPv4Address netip.Addr ?
  IPv6Address netip.Addr ?
  LinkLocalIPs []netip.Addr ?
nat.PortBinding
  HostIP netip.Addr HostIp
  HostPort string
image.InspectResponse
  ID string Id
  RepoTags []string
  RepoDigests []string
  Comment string ?
  Created string ?
  Author string ?
  Config *v1.DockerOCIImageConfig
  Architecture string
  Variant string ?
  Os string
  OsVersion string ?
  Size int64
  GraphDriver *storage.DriverData ?
  RootFS image.RootFS
  Metadata image.Metadata
  Descriptor *v1.Descriptor ?
  Manifests []image.ManifestSummary ?
  Identity *image.Identity ?
image.ManifestSummary
  ID string
  Descriptor v1.Descriptor
  Available bool
  Size image.ManifestSize
  Kind string
  ImageData *image.ImageProperties ?
  AttestationData *image.AttestationProperties ?
image.ManifestSize
  Content int64
  Total int64
image.ImageProperties
  Platform v1.Platform
  Size image.UnpackedSize
  Containers []string
image.UnpackedSize
  Unpacked int64
image.AttestationProperties
  For digest.Digest
image.Identity
  Pull []image.PullIdentity ?
  Build []image.BuildIdentity ?
image.PullIdentity
  Repository string ?
image.BuildIdentity
  Ref string ?
  CreatedAt time.Time ?
network.Inspect
  Name string
  ID string Id
  Created time.Time
  Scope string
  Driver string
  EnableIPv4 bool
  EnableIPv6 bool
  IPAM network.IPAM
  Internal bool
  Attachable bool
  Ingress bool
  ConfigFrom network.ConfigReference
  ConfigOnly bool
  Options map[string]string
  Labels map[string]string
  Peers []network.PeerInfo ?
  Containers map[string]network.EndpointResource
  Services map[string]network.ServiceInfo ?
  Status *network.Status ?
network.Status
  IPAM network.IPAMStatus
network.IPAMStatus
  Subnets map[string]network.SubnetStatus ?
network.SubnetStatus
  IPsInUse uint64
  DynamicIPsAvailable uint64
network.ServiceInfo
  VIP netip.Addr
  Ports []string
  LocalLBIndex int
  Tasks []network.Task
network.Task
  Name string
  EndpointID string
  EndpointIP netip.Addr
  Info map[string]string
network.IPAMConfig
  Subnet netip.Prefix ?
  IPRange netip.Prefix ?
  Gateway netip.Addr ?
  AuxAddress map[string]netip.Addr AuxiliaryAddresses ?
network.EndpointResource
  Name string
  EndpointID string
  MacAddress network.HardwareAddr
  IPv4Address netip.Prefix
  IPv6Address netip.Prefix
network.PeerInfo
  Name string
  IP netip.Addr
system.versionInfo
  Client system.clientVersion
  Server *types.Version
system.clientVersion
  Platform *system.platformInfo ?
  Version string ?
  APIVersion string ApiVersion ?
  DefaultAPIVersion string ?
  GitCommit string ?
  GoVersion string ?
  Os string ?
  Arch string ?
  BuildTime string ?
  Context string
types.Version
  Platform types.Platform ?
  Version string
  APIVersion string ApiVersion
  MinAPIVersion string ?
  Os string
  Arch string
  Components []types.ComponentVersion ?
  GitCommit string ?
  GoVersion string ?
  KernelVersion string ?
  Experimental bool ?
  BuildTime string ?
system.Info
  ID string
  Containers int
  ContainersRunning int
  ContainersPaused int
  ContainersStopped int
  Images int
  Driver string
  DriverStatus [][]string
  SystemStatus [][]string ?
  Plugins system.PluginsInfo
  MemoryLimit bool
  SwapLimit bool
  CPUCfsPeriod bool CpuCfsPeriod
  CPUCfsQuota bool CpuCfsQuota
  CPUShares bool
  CPUSet bool
  PidsLimit bool
  IPv4Forwarding bool
  Debug bool
  NFd int
  OomKillDisable bool
  NGoroutines int
  SystemTime string
  LoggingDriver string
  CgroupDriver string
  CgroupVersion string ?
  NEventsListener int
  KernelVersion string
  OperatingSystem string
  OSVersion string
  OSType string
  Architecture string
  IndexServerAddress string
  RegistryConfig *registry.ServiceConfig
  NCPU int
  MemTotal int64
  GenericResources []swarm.GenericResource
  DockerRootDir string
  HTTPProxy string HttpProxy
  HTTPSProxy string HttpsProxy
  NoProxy string
  Name string
  Labels []string
  ExperimentalBuild bool
  ServerVersion string
  Runtimes map[string]system.RuntimeWithStatus
  DefaultRuntime string
  Swarm swarm.Info
  LiveRestoreEnabled bool
  Isolation container.Isolation
  InitBinary string
  ContainerdCommit system.Commit
  RuncCommit system.Commit
  InitCommit system.Commit
  SecurityOptions []string
  ProductLicense string ?
  DefaultAddressPools []system.NetworkAddressPool ?
  FirewallBackend *system.FirewallInfo ?
  CDISpecDirs []string
  DiscoveredDevices []system.DeviceInfo ?
  Containerd *system.ContainerdInfo ?
  Warnings []string
system.NetworkAddressPool
  Base netip.Prefix
  Size int
swarm.ResourceRequirements
  Limits *swarm.Limit ?
  Reservations *swarm.Resources ?
  SwapBytes *int64 ?
  MemorySwappiness *int64 ?
"""
