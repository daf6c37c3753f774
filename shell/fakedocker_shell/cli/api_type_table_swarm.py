"""The Go types behind the engine's answers about a swarm, as a table that `api_types` reads; see `api_type_table`.

Source: moby's api/types/swarm, as of API 1.50.
"""

from __future__ import annotations

from typing import Final

TABLE: Final = """
swarm.Version
  Index uint64 ?
swarm.Meta
  Version swarm.Version
  CreatedAt time.Time
  UpdatedAt time.Time
swarm.Annotations
  Name string ?
  Labels map[string]string
swarm.Driver
  Name string ?
  Options map[string]string ?
swarm.TLSInfo
  TrustRoot string ?
  CertIssuerSubject []byte ?
  CertIssuerPublicKey []byte ?
swarm.Config
  ID string
  + swarm.Meta
  Spec swarm.ConfigSpec
swarm.ConfigSpec
  + swarm.Annotations
  Data []byte ?
  Templating *swarm.Driver ?
swarm.Secret
  ID string
  + swarm.Meta
  Spec swarm.SecretSpec
swarm.SecretSpec
  + swarm.Annotations
  Data []byte ?
  Driver *swarm.Driver ?
  Templating *swarm.Driver ?
swarm.FileTarget
  Name string
  UID string
  GID string
  Mode os.FileMode
swarm.ConfigReference
  File *swarm.FileTarget ?
  Runtime *struct{} ?
  ConfigID string
  ConfigName string
swarm.SecretReference
  File *swarm.FileTarget
  SecretID string
  SecretName string
swarm.DNSConfig
  Nameservers []string ?
  Search []string ?
  Options []string ?
swarm.SELinuxContext
  Disable bool
  User string
  Role string
  Type string
  Level string
swarm.SeccompOpts
  Mode string ?
  Profile []byte ?
swarm.AppArmorOpts
  Mode string ?
swarm.CredentialSpec
  Config string
  File string
  Registry string
swarm.Privileges
  CredentialSpec *swarm.CredentialSpec
  SELinuxContext *swarm.SELinuxContext
  Seccomp *swarm.SeccompOpts ?
  AppArmor *swarm.AppArmorOpts ?
  NoNewPrivileges bool
swarm.ContainerSpec
  Image string ?
  Labels map[string]string ?
  Command []string ?
  Args []string ?
  Hostname string ?
  Env []string ?
  Dir string ?
  User string ?
  Groups []string ?
  Privileges *swarm.Privileges ?
  Init *bool ?
  StopSignal string ?
  TTY bool ?
  OpenStdin bool ?
  ReadOnly bool ?
  Mounts []mount.Mount ?
  StopGracePeriod *time.Duration ?
  Healthcheck *v1.HealthcheckConfig ?
  Hosts []string ?
  DNSConfig *swarm.DNSConfig ?
  Secrets []*swarm.SecretReference ?
  Configs []*swarm.ConfigReference ?
  Isolation container.Isolation ?
  Sysctls map[string]string ?
  CapabilityAdd []string ?
  CapabilityDrop []string ?
  Ulimits []*units.Ulimit ?
  OomScoreAdj int64 ?
swarm.Endpoint
  Spec swarm.EndpointSpec
  Ports []swarm.PortConfig ?
  VirtualIPs []swarm.EndpointVirtualIP ?
swarm.EndpointSpec
  Mode string ?
  Ports []swarm.PortConfig ?
swarm.PortConfig
  Name string ?
  Protocol string ?
  TargetPort uint32 ?
  PublishedPort uint32 ?
  PublishMode string ?
swarm.EndpointVirtualIP
  NetworkID string ?
  Addr string ?
swarm.Network
  ID string
  + swarm.Meta
  Spec swarm.NetworkSpec
  DriverState swarm.Driver
  IPAMOptions *swarm.IPAMOptions ?
swarm.NetworkSpec
  + swarm.Annotations
  DriverConfiguration *swarm.Driver ?
  IPv6Enabled bool ?
  Internal bool ?
  Attachable bool ?
  Ingress bool ?
  IPAMOptions *swarm.IPAMOptions ?
  ConfigFrom *network.ConfigReference ?
  Scope string ?
swarm.NetworkAttachmentConfig
  Target string ?
  Aliases []string ?
  DriverOpts map[string]string ?
swarm.NetworkAttachment
  Network swarm.Network
  Addresses []string ?
swarm.IPAMOptions
  Driver swarm.Driver
  Configs []swarm.IPAMConfig ?
swarm.IPAMConfig
  Subnet string ?
  Range string ?
  Gateway string ?
swarm.Node
  ID string
  + swarm.Meta
  Spec swarm.NodeSpec
  Description swarm.NodeDescription
  Status swarm.NodeStatus
  ManagerStatus *swarm.ManagerStatus ?
swarm.NodeSpec
  + swarm.Annotations
  Role string ?
  Availability string ?
swarm.NodeDescription
  Hostname string ?
  Platform swarm.Platform
  Resources swarm.Resources
  Engine swarm.EngineDescription
  TLSInfo swarm.TLSInfo
  CSIInfo []swarm.NodeCSIInfo ?
swarm.Platform
  Architecture string ?
  OS string ?
swarm.EngineDescription
  EngineVersion string ?
  Labels map[string]string ?
  Plugins []swarm.PluginDescription ?
swarm.NodeCSIInfo
  PluginName string ?
  NodeID string ?
  MaxVolumesPerNode int64 ?
  AccessibleTopology *swarm.Topology ?
swarm.Topology
  Segments map[string]string ?
swarm.PluginDescription
  Type string ?
  Name string ?
swarm.NodeStatus
  State string ?
  Message string ?
  Addr string ?
swarm.ManagerStatus
  Leader bool ?
  Reachability string ?
  Addr string ?
swarm.Service
  ID string
  + swarm.Meta
  Spec swarm.ServiceSpec
  PreviousSpec *swarm.ServiceSpec ?
  Endpoint swarm.Endpoint
  UpdateStatus *swarm.UpdateStatus ?
  ServiceStatus *swarm.ServiceStatus ?
  JobStatus *swarm.JobStatus ?
swarm.ServiceSpec
  + swarm.Annotations
  TaskTemplate swarm.TaskSpec
  Mode swarm.ServiceMode
  UpdateConfig *swarm.UpdateConfig ?
  RollbackConfig *swarm.UpdateConfig ?
  Networks []swarm.NetworkAttachmentConfig ?
  EndpointSpec *swarm.EndpointSpec ?
swarm.ServiceMode
  Replicated *swarm.ReplicatedService ?
  Global *struct{} ?
  ReplicatedJob *swarm.ReplicatedJob ?
  GlobalJob *struct{} ?
swarm.UpdateStatus
  State string ?
  StartedAt *time.Time ?
  CompletedAt *time.Time ?
  Message string ?
swarm.ReplicatedService
  Replicas *uint64 ?
swarm.ReplicatedJob
  MaxConcurrent *uint64 ?
  TotalCompletions *uint64 ?
swarm.UpdateConfig
  Parallelism uint64
  Delay time.Duration ?
  FailureAction string ?
  Monitor time.Duration ?
  MaxFailureRatio float64
  Order string
swarm.ServiceStatus
  RunningTasks uint64
  DesiredTasks uint64
  CompletedTasks uint64
swarm.JobStatus
  JobIteration swarm.Version
  LastExecution time.Time
swarm.TaskSpec
  ContainerSpec *swarm.ContainerSpec ?
  PluginSpec *swarm.PluginSpec ?
  NetworkAttachmentSpec *swarm.NetworkAttachmentSpec ?
  Resources *swarm.ResourceRequirements ?
  RestartPolicy *swarm.RestartPolicy ?
  Placement *swarm.Placement ?
  Networks []swarm.NetworkAttachmentConfig ?
  LogDriver *swarm.Driver ?
  ForceUpdate uint64
  Runtime string ?
swarm.PluginSpec
  Name string name ?
  Remote string remote ?
swarm.NetworkAttachmentSpec
  ContainerID string
swarm.Resources
  NanoCPUs int64 ?
  MemoryBytes int64 ?
  GenericResources []swarm.GenericResource ?
swarm.Limit
  NanoCPUs int64 ?
  MemoryBytes int64 ?
  Pids int64 ?
swarm.GenericResource
  NamedResourceSpec *swarm.NamedGenericResource ?
  DiscreteResourceSpec *swarm.DiscreteGenericResource ?
swarm.NamedGenericResource
  Kind string ?
  Value string ?
swarm.DiscreteGenericResource
  Kind string ?
  Value int64 ?
swarm.ResourceRequirements
  Limits *swarm.Limit ?
  Reservations *swarm.Resources ?
swarm.Placement
  Constraints []string ?
  Preferences []swarm.PlacementPreference ?
  MaxReplicas uint64 ?
  Platforms []swarm.Platform ?
swarm.PlacementPreference
  Spread *swarm.SpreadOver
swarm.SpreadOver
  SpreadDescriptor string
swarm.RestartPolicy
  Condition string ?
  Delay *time.Duration ?
  MaxAttempts *uint64 ?
  Window *time.Duration ?
swarm.Task
  ID string
  + swarm.Meta
  + swarm.Annotations
  Spec swarm.TaskSpec
  ServiceID string ?
  Slot int ?
  NodeID string ?
  Status swarm.TaskStatus
  DesiredState string ?
  NetworksAttachments []swarm.NetworkAttachment ?
  GenericResources []swarm.GenericResource ?
  JobIteration *swarm.Version ?
  Volumes []swarm.VolumeAttachment
swarm.TaskStatus
  Timestamp time.Time
  State string ?
  Message string ?
  Err string ?
  ContainerStatus *swarm.ContainerStatus ?
  PortStatus swarm.PortStatus
swarm.ContainerStatus
  ContainerID string
  PID int
  ExitCode int
swarm.PortStatus
  Ports []swarm.PortConfig ?
swarm.VolumeAttachment
  ID string ?
  Source string ?
  Target string ?
swarm.ClusterInfo
  ID string
  + swarm.Meta
  Spec swarm.Spec
  TLSInfo swarm.TLSInfo
  RootRotationInProgress bool
  DefaultAddrPool []string
  SubnetSize uint32
  DataPathPort uint32
swarm.Spec
  + swarm.Annotations
  Orchestration swarm.OrchestrationConfig
  Raft swarm.RaftConfig
  Dispatcher swarm.DispatcherConfig
  CAConfig swarm.CAConfig
  TaskDefaults swarm.TaskDefaults
  EncryptionConfig swarm.EncryptionConfig
swarm.OrchestrationConfig
  TaskHistoryRetentionLimit *int64 ?
swarm.RaftConfig
  SnapshotInterval uint64 ?
  KeepOldSnapshots *uint64 ?
  LogEntriesForSlowFollowers uint64 ?
  ElectionTick int
  HeartbeatTick int
swarm.DispatcherConfig
  HeartbeatPeriod time.Duration ?
swarm.CAConfig
  NodeCertExpiry time.Duration ?
  ExternalCAs []*swarm.ExternalCA ?
  SigningCACert string ?
  SigningCAKey string ?
  ForceRotate uint64 ?
swarm.ExternalCA
  Protocol string
  URL string
  Options map[string]string ?
  CACert string
swarm.TaskDefaults
  LogDriver *swarm.Driver ?
swarm.EncryptionConfig
  AutoLockManagers bool
"""
