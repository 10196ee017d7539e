import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { clusterConfig } from '../../kind/cluster-config.ts';

const ports = [
  { hostPort: 8443, nodePort: 30443 },
  { hostPort: 1993, nodePort: 30993 },
];

describe("kind's configuration of the cluster", () => {
  it('opens the ports on 127.0.0.1 only', () => {
    const mappings = parse(clusterConfig({ ports, isOwnImage: true })).nodes[0].extraPortMappings;
    expect(mappings).toEqual([
      { listenAddress: '127.0.0.1', hostPort: 8443, containerPort: 30443, protocol: 'TCP' },
      { listenAddress: '127.0.0.1', hostPort: 1993, containerPort: 30993, protocol: 'TCP' },
    ]);
  });

  it('leaves network and cgroup driver to an image of kind itself', () => {
    const config = parse(clusterConfig({ ports, isOwnImage: false }));
    expect(config.networking).toBeUndefined();
    expect(parse(config.kubeadmConfigPatches[0])).not.toHaveProperty('cgroupDriver');
  });

  it('tells kind that our image brings its own network and no systemd', () => {
    const config = parse(clusterConfig({ ports, isOwnImage: true }));
    expect(config.networking).toEqual({ disableDefaultCNI: true });
    expect(parse(config.kubeadmConfigPatches[0])).toMatchObject({
      cgroupDriver: 'cgroupfs',
      failCgroupV1: false,
    });
  });
});
