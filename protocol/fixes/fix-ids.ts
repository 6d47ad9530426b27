/** Every fix by its name, so that a diagnosis cannot point to one that does not exist. */
export const fixIds = [
  'ulimit',
  'limits-conf',
  'systemd-service',
  'user-service',
  'desktop-session',
  'docker',
  'podman',
  'kubernetes',
  'lxc',
  'systemd-nspawn',
  'oci',
  'setcap',
  'max-map-count',
  'mapped-range',
  'unlock-first',
  'hugetlb-pool',
  'call-filter',
] as const;
export type FixId = (typeof fixIds)[number];
