/** What is in an image, as CycloneDX 1.6 (JSON): Debian's packages from dpkg's own list, and what our bundles are made of. */

export type Component = {
  readonly type: 'library' | 'application';
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly { readonly expression: string }[];
};

/** A package of npm as its package.json names it. */
export type NpmPackage = { readonly name: string; readonly version: string; readonly license?: string };

/**
 * The installed packages of a Debian image.
 * @param status text of /var/lib/dpkg/status
 * @param release such as `debian-13`
 */
export function debianComponents(status: string, release: string): readonly Component[] {
  return status.split(/\n\n+/).flatMap((paragraph) => {
    const fields = new Map(
      [...paragraph.matchAll(/^([A-Za-z-]+): (.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    const name = fields.get('Package');
    const version = fields.get('Version');
    if (name === undefined || version === undefined || !/ installed$/.test(fields.get('Status') ?? ''))
      return [];
    // A vulnerability is recorded for the source package, which may have another name and version.
    const [, source = name, , sourceVersion = version] =
      /^(\S+)( \((.+)\))?$/.exec(fields.get('Source') ?? name) ?? [];
    const qualifiers = {
      arch: fields.get('Architecture') ?? 'all',
      distro: release,
      upstream: source === name && sourceVersion === version ? undefined : `${source}@${sourceVersion}`,
    };
    const purl = `pkg:deb/debian/${encode(name)}@${encode(version)}?${query(qualifiers)}`;
    return [{ type: 'library', name, version, purl }];
  });
}

export function npmComponents(packages: readonly NpmPackage[]): readonly Component[] {
  return packages.map(({ name, version, license }) => ({
    type: 'library',
    name,
    version,
    purl: `pkg:npm/${name.split('/').map(encode).join('/')}@${encode(version)}`,
    ...(license === undefined ? {} : { licenses: [{ expression: license }] }),
  }));
}

/** The Node binary beside the bundles. @param version such as `v24.1.0` */
export function nodeComponent(version: string): Component {
  const plain = version.replace(/^v/, '');
  return { type: 'application', name: 'node', version: plain, purl: `pkg:generic/node@${plain}` };
}

/** The document, the same for the same image. @param reference such as `localhost/hopthu/postfix:0123456789ab` */
export function sbom(reference: string, components: readonly Component[]): object {
  const [, name, version] = /^(.*):([^:]+)$/.exec(reference) ?? [];
  const sorted = [...components].sort((a, b) => (a.purl < b.purl ? -1 : 1));
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'container', 'bom-ref': reference, name, version } },
    components: sorted.map((component) => ({ ...component, 'bom-ref': component.purl })),
  };
}

function encode(text: string): string {
  return encodeURIComponent(text);
}

function query(values: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(values)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encode(value)}`]))
    .join('&');
}
