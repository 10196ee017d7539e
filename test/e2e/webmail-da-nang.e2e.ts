/** An official reads mail in a browser, in Vietnamese. */
import { daNang as site } from '../support/sites.ts';
import { webmailJourney } from './support/webmail-journey.ts';

webmailJourney(site);
