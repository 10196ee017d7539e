/** An official reads mail in a browser, in Vietnamese. */
import { socTrang as site } from '../support/sites.ts';
import { webmailJourney } from './support/webmail-journey.ts';

webmailJourney(site);
