/** The part of the one table of settings that is about how apps connect. */
import { readers, setting } from './setting-readers.ts';

const { text, url, oneOf, hostsAndCidrs, hostPatterns, absent } = readers;

export const connectionSettings = {
  LATCHKEY_REGISTRATION: setting(
    oneOf('off', 'token', 'open'),
    'off',
    'Whether apps may register by themselves (RFC 7591). `token`: with an initial access token that an administrator made, within its policy. `open`: everybody, for sign-in alone; the consent page says that nobody vouches for them.',
  ),
  LATCHKEY_CLIENT_DOCUMENT_HOSTS: setting(
    hostPatterns,
    'none',
    'Hosts whose apps need not be registered, because they describe themselves where their client id points (client ID metadata documents), separated by commas: `claude.ai,*.example.com`. The consent page names the host.',
  ),
  LATCHKEY_IMPERSONATION: setting(
    oneOf('off', 'on'),
    'off',
    'Whether an app may stand in the place of a person without saying so, for five minutes at most: where it is allowed that for another app (`--token-exchange`), never of whoever administers anything, and shown to the person. `off` ends such tokens at once where they are opaque; a JWT runs out at its API within those minutes.',
  ),
  LATCHKEY_OUTBOUND_ALLOW: setting(
    hostsAndCidrs,
    'none; on a localhost issuer loopback',
    'Private hosts and networks that this server may ask for an app, separated by commas: `notes.internal,10.20.0.0/16`. Beside public addresses, what administrators enter may lead there: public keys, logos, back-channel logout.',
  ),
  LATCHKEY_OUTBOUND_CA_FILE: setting(
    absent(text('')),
    'the authorities that Node.js trusts',
    'A PEM file with authorities of your own: certificates of apps are trusted under them too.',
  ),
  LATCHKEY_MTLS_URL: setting(
    absent(url('')),
    'apps show no certificates',
    'A name of its own at which the gateway asks apps for a certificate: `https://mtls.login.example.com`. Only endpoints of apps answer there, so that no browser asks people for a certificate.',
  ),
  LATCHKEY_CLIENT_CA_FILE: setting(
    absent(text('')),
    'none: certificates that an app has registered itself are taken alone',
    'A PEM file with the authorities whose certificates apps may show (`tls_client_auth`), with those in between. Read at the start.',
  ),
};
