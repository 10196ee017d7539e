/** The manifests of a site, as objects, with images whose tags do not follow the content. */
import { App, Testing, Yaml } from 'cdk8s';
import { mailStack } from '../../charts/mail-stack.ts';
import { siteText } from '../../charts/site-files.ts';
import type { Context } from '../../charts/workload.ts';
import type { Site } from '../../operator/core/site.ts';

/** The fields of a manifest that tests look at. */
export type Manifest = {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
};

/** Everything of the site in the order in which it is applied. */
export function manifestsOf(
  site: Site,
  image: Context['image'] = (part) => `localhost/hopthu/${part}:golden`,
): readonly Manifest[] {
  // Not that of cdk8s' Testing, which leaves a folder behind each time.
  const app = new App();
  mailStack(app, { site, image }, siteText(site.name));
  return app.charts.flatMap((chart) => Testing.synth(chart));
}

export function asYaml(manifests: readonly Manifest[]): string {
  return Yaml.stringify(...manifests);
}
