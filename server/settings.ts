/** The one table of settings: name, how it is read, what it means. docs/configuration.md is printed from it. */
import { connectionSettings } from './connection-settings.ts';
import { readers, type Setting, setting } from './setting-readers.ts';
import { signingKeySettings } from './signing-key-settings.ts';

const {
  text,
  url,
  port,
  integer,
  oneOf,
  cidrs,
  colour,
  relyingParties,
  metadataSource,
  trustDomain,
  smtpUrl,
  mailbox,
  absent,
} = readers;

export const settings = {
  LATCHKEY_ISSUER: setting(
    url('http://localhost:3000'),
    'http://localhost:3000',
    'The address people and apps reach the provider at, and the issuer in every token. Costly to change later.',
  ),
  LATCHKEY_LISTEN_HOST: setting(
    text('127.0.0.1'),
    '127.0.0.1',
    'The address to listen on. `0.0.0.0` for every interface, in a container or behind a gateway.',
  ),
  LATCHKEY_LISTEN_PORT: setting(
    port(undefined),
    'the port of the issuer on localhost, otherwise 3000',
    'The port to listen on.',
  ),
  LATCHKEY_METRICS_PORT: setting(
    absent(port(undefined)),
    'off',
    'A port of its own for Prometheus metrics at /metrics, on the same address.',
  ),
  LATCHKEY_DATA_DIR: setting(
    text('data'),
    'data',
    'The folder for the SQLite file and the secret made at the first start.',
  ),
  LATCHKEY_AUDIT_CHECKPOINTS: setting(
    absent(text('')),
    'the log',
    'A file that signed checkpoints of the audit are appended to: best on another machine, or where nothing can be changed.',
  ),
  LATCHKEY_AUDIT_RETENTION: setting(
    integer(365, 1, 36_500),
    '365',
    'Days that audit events are kept. Their hashes are kept in a signed checkpoint, so that the others can still be verified.',
  ),
  LATCHKEY_STORAGE: {
    ...setting(
      absent(text('')),
      'sqlite:latchkey.sqlite in the data folder',
      '`sqlite:FILE` for one server, or `mongodb://…` for any number of them on one replica set.',
    ),
    // The address of a database may hold its password.
    secret: true,
  },
  LATCHKEY_SECRET: {
    ...setting(
      absent(text('')),
      'made in the data folder, for SQLite on a localhost issuer only',
      'The installation secret: at least 32 random bytes, base64url. Every key is derived from it. Keep it apart from backups of the storage. While it is exchanged, the new one and behind it, after a space or a line break, the one before: see `latchkey secret rotate`.',
    ),
    secret: true,
  },
  LATCHKEY_TRANSFER_PASSPHRASE: {
    ...setting(
      absent(text('')),
      'asked for',
      'What `latchkey export` encrypts its file with, and `latchkey import` opens it with. At least 12 characters.',
    ),
    secret: true,
  },
  LATCHKEY_PASSKEY_ORIGINS: setting(
    absent(relyingParties),
    'the host of the issuer, with the origin of the issuer',
    'RP IDs with the origins that may use them: `example.com=https://login.example.com,https://id.example.com;example.org=https://…`. New passkeys get the first RP ID.',
  ),
  LATCHKEY_PASSKEYS_URL: setting(
    absent(url('')),
    'the passkey manager runs in the same process',
    'Where the passkey manager runs as a service of its own (`latchkey passkeys`): `https://passkeys.internal:3443`.',
  ),
  LATCHKEY_RECEIPT_KEYS: setting(
    absent(text('')),
    'the keys of the passkey manager in the same process',
    'A file with the public keys whose receipts of the passkey manager are believed, as `latchkey receipt-key export` prints it there. Read again when it changes.',
  ),
  LATCHKEY_CERTIFICATES: setting(
    absent(text('')),
    'certificates in the data folder',
    'The folder with a folder for each service identity of this process: `NAME/tls.crt`, `tls.key`, `ca.crt` and, where there is one, `ca.crl`. Read again when they change.',
  ),
  LATCHKEY_ATTESTATION_REVOCATIONS: setting(
    absent(text('')),
    'revocations in the data folder',
    'A folder with revocation lists for the certificates of authenticators: CRLs (`*.crl`) and Google’s status of Android attestation keys (`*.json`). Somebody has to put them there; read again when they change.',
  ),
  LATCHKEY_TRUST_DOMAIN: setting(
    absent(trustDomain),
    'the host of the issuer',
    'The trust domain in the names of the services: `spiffe://TRUST-DOMAIN/provider`.',
  ),
  LATCHKEY_FIDO_METADATA_URL: setting(
    metadataSource('https://mds3.fidoalliance.org/'),
    'https://mds3.fidoalliance.org/',
    'Where the passkey manager finds what is known of models of authenticators: an address that gives a signed FIDO metadata blob, a file with one, or `off`. What was taken before stays in force in any case.',
  ),
  LATCHKEY_FIDO_METADATA_ROOTS: setting(
    absent(text('')),
    'the roots of FIDO’s own metadata',
    'A PEM file with the roots that the metadata must be signed under, in the place of those of the FIDO Alliance.',
  ),
  LATCHKEY_FIDO_METADATA_MAX_AGE: setting(
    integer(90, 0, 3650),
    '90',
    'Days past the day on which metadata itself says that the next should come: until then it vouches for something new. FIDO publishes every month.',
  ),
  LATCHKEY_FIDO_METADATA_STATEMENTS: setting(
    absent(text('')),
    'none',
    'A folder with metadata statements (JSON, one file each) of models that this installation alone has. Read at the start.',
  ),
  LATCHKEY_BROKEN_MODELS: setting(
    oneOf('block', 'ask', 'notify'),
    'block',
    'What happens to passkeys whose model gets a status that the rule of the installation refuses, such as REVOKED. `block`: they sign in no more, and what they made ends. `ask`: their owners are asked for another passkey after each sign-in. `notify`: their owners see it on the account page. New ones are refused in any case.',
  ),
  LATCHKEY_TRUSTED_PROXIES: setting(
    cidrs,
    'none',
    'Addresses of the gateways whose X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host are believed, as CIDR, separated by commas.',
  ),
  ...connectionSettings,
  LATCHKEY_ADMINISTRATION: setting(
    absent(oneOf('on', 'off')),
    'on, unless the passkey manager is a service of its own',
    'Whether this server has the console and the administration API. With a passkey manager of its own, give it to one instance alone, which needs the certificate of `administration`, and let the gateway send `/console` and `/api` there.',
  ),
  LATCHKEY_SIGN_UP: setting(
    oneOf('invitation', 'open', 'closed'),
    'invitation',
    'Who may make an account: `open` for everyone, `invitation` for those with a link, `closed` for nobody: open invitations end too, setup and recovery links still work.',
  ),
  LATCHKEY_SESSION_IDLE_MINUTES: setting(
    integer(60, 1, 1440),
    '60',
    'Minutes after which an unused session ends.',
  ),
  LATCHKEY_SESSION_HOURS: setting(integer(24, 1, 720), '24', 'Hours after which a session ends in any case.'),
  LATCHKEY_KEEP_SIGNED_IN_DAYS: setting(
    integer(14, 0, 90),
    '14',
    'Days that a session lasts for those who choose to stay signed in; 0 takes the choice away.',
  ),
  LATCHKEY_ACCESS_TOKEN_MINUTES: setting(
    integer(60, 1, 1440),
    '60',
    'Minutes that an access token is valid.',
  ),
  LATCHKEY_REFRESH_TOKEN_IDLE_DAYS: setting(
    integer(14, 1, 365),
    '14',
    'Days after which an unused refresh token ends.',
  ),
  LATCHKEY_REFRESH_TOKEN_DAYS: setting(
    integer(30, 1, 365),
    '30',
    'Days after the sign-in at which refreshing ends in any case.',
  ),
  LATCHKEY_REFRESH_TOKEN_GRACE_SECONDS: setting(
    integer(0, 0, 60),
    '0',
    'Seconds in which a refresh token may be used once more after its use, for apps that lose answers or ask twice at once. A third use ends all that came of it. Whoever stole it may be the second, and nobody is told.',
  ),
  ...signingKeySettings,
  LATCHKEY_NAME: setting(text('Latchkey'), 'Latchkey', 'The name of the installation, shown on every page.'),
  LATCHKEY_LOGO: setting(absent(text('')), 'a key', 'A PNG or SVG file shown beside the name.'),
  LATCHKEY_ACCENT_COLOR: setting(
    absent(colour),
    'the built-in blue',
    'The colour of buttons and links, as `#rrggbb`. Its contrast is checked.',
  ),
  LATCHKEY_SUPPORT_CONTACT: setting(
    absent(text('')),
    'none',
    'Whom people ask when they are stuck: an e-mail address, a phone number or a web address.',
  ),
  LATCHKEY_SMTP_URL: {
    ...setting(
      absent(smtpUrl),
      'no mail is sent; links are handed over',
      'The mail server: `smtp://user:password@mail.example.com:587`, or `smtps://…` for TLS from the first byte. Outside localhost nothing is sent without TLS.',
    ),
    secret: true,
  },
  LATCHKEY_MAIL_FROM: setting(
    absent(mailbox),
    'no mail is sent',
    'Whom mail is from: `login@example.com`, or `Example <login@example.com>`.',
  ),
  LATCHKEY_REQUEST_MAILS: setting(
    oneOf('on', 'off'),
    'on',
    'Whether people with a verified address get a mail when an app waits for their answer on the account page (CIBA). It needs a mail server.',
  ),
  LATCHKEY_DEMO: setting(
    oneOf('auto', 'off'),
    'auto',
    '`auto` registers the demo app while the issuer is on localhost; `off` never does.',
  ),
  LATCHKEY_RATE_LIMIT: setting(
    integer(300, 10, 100000),
    '300',
    'Attempts a minute that people at one network address may make. Servers of apps may ask for ten times as many tokens.',
  ),
  LATCHKEY_LOG_LEVEL: setting(
    oneOf('info', 'debug', 'warn', 'error', 'silent'),
    'info',
    'The least that is logged.',
  ),
  LATCHKEY_LOG_FORMAT: setting(
    oneOf('auto', 'json', 'text'),
    'auto',
    '`json` is one JSON object a line, `text` is for people, `auto` is text on a terminal.',
  ),
} satisfies Record<`LATCHKEY_${string}`, Setting<unknown>>;
