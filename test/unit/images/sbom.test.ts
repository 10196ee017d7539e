import { describe, expect, it } from '@jest/globals';
import { debianComponents, nodeComponent, npmComponents, sbom } from '../../../images/sbom.ts';

const status = `Package: libssl3t64
Status: install ok installed
Architecture: amd64
Source: openssl
Version: 3.5.1-1+deb13u1
Description: text
 Package: not a field

Package: postfix
Status: install ok installed
Architecture: amd64
Version: 3.10.4-1~deb13u1

Package: bash
Status: install ok installed
Architecture: amd64
Source: bash (5.2.37-2)
Version: 5.2.37-2+b5

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1
`;

describe('what is in an image', () => {
  it('is every package that is installed, with the source that a fault is recorded for', () => {
    expect(debianComponents(status, 'debian-13').map(({ purl }) => purl)).toEqual([
      'pkg:deb/debian/libssl3t64@3.5.1-1%2Bdeb13u1?arch=amd64&distro=debian-13&upstream=openssl%403.5.1-1%2Bdeb13u1',
      'pkg:deb/debian/postfix@3.10.4-1~deb13u1?arch=amd64&distro=debian-13',
      'pkg:deb/debian/bash@5.2.37-2%2Bb5?arch=amd64&distro=debian-13&upstream=bash%405.2.37-2',
    ]);
  });

  it('is what the bundles are made of, and Node', () => {
    const packages = npmComponents([
      { name: '@kubernetes/client-node', version: '2.0.1', license: 'Apache-2.0' },
    ]);
    expect(packages).toEqual([
      {
        type: 'library',
        name: '@kubernetes/client-node',
        version: '2.0.1',
        purl: 'pkg:npm/%40kubernetes/client-node@2.0.1',
        licenses: [{ expression: 'Apache-2.0' }],
      },
    ]);
    expect(nodeComponent('v24.1.0').purl).toBe('pkg:generic/node@24.1.0');
  });

  it('is the same document whatever the order, and names the image', () => {
    const components = debianComponents(status, 'debian-13');
    const reference = 'registry.example.vn:5000/hopthu/postfix:0123456789ab';
    expect(sbom(reference, components)).toEqual(sbom(reference, [...components].reverse()));
    expect(sbom(reference, components)).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      metadata: { component: { name: 'registry.example.vn:5000/hopthu/postfix', version: '0123456789ab' } },
    });
  });
});
