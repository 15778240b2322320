/** A passkey manager behind real mutual TLS, in the test's own process. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelCatalogue } from '../fido-metadata/catalogue.ts';
import type { OpenPasskeyManager } from '../passkeys/create-manager.ts';
import { connectPasskeyManager, type RemotePasskeyManager } from '../passkeys/remote/client.ts';
import type { RefusedCall } from '../passkeys/remote/perform.ts';
import { createPasskeyService } from '../passkeys/remote/service.ts';
import { type Credentials, openCredentials } from '../service-identity/credentials.ts';
import type { ServiceName } from '../service-identity/spiffe-id.ts';
import { type OpenedManager, openManager } from './authenticator-ceremonies.ts';
import { createAuthority, type TestAuthority, writeFolder } from './certificates.ts';

export const trustDomain = 'example.com';

/** What a test of the wire may look at and turn. */
export interface Wire extends AsyncDisposable {
  authority: TestAuthority;
  directory: string;
  /** `https://localhost:PORT` */
  url: string;
  server: Server;
  /** What the service refused, oldest first. */
  refused: RefusedCall[];
  /** What was written to either side's log. */
  log: string[];
  /** Milliseconds that the services' clock is ahead; 0 until a test moves it. */
  clock: { ahead: number };
  /** Of the service. */
  credentials: Credentials;
  /** A client with the certificate of this identity, or with another one that lies in its folder. */
  connect(name: ServiceName): RemotePasskeyManager & { credentials: Credentials; refusedMethods: string[] };
}

const names = ['provider', 'enrolment', 'administration', 'metadata', 'monitor', 'passkey-manager'] as const;

export async function openWire(
  manager: OpenPasskeyManager,
  { connectionAge, ping = async () => {} }: { connectionAge?: number; ping?: () => Promise<void> } = {},
): Promise<Wire> {
  await using resources = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-wire-'));
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const authority = await createAuthority({ trustDomain });
  for (const name of names)
    writeFolder(directory, name, {
      ...(await authority.issue({ name })),
      authorities: authority.certificate,
    });
  const [refused, log, clock]: [RefusedCall[], string[], Wire['clock']] = [[], [], { ahead: 0 }];
  const write = (facts: object, event: string) => void log.push(`${event} ${JSON.stringify(facts)}`);
  const quiet = { debug: write, info: write, warn: write, error: write };
  const now = () => Date.now() + clock.ahead;
  const open = (name: ServiceName) => openCredentials({ directory, name, trustDomain, now, log: quiet });
  const credentials = resources.use(open('passkey-manager'));
  const server = createPasskeyService({
    manager,
    credentials,
    trustDomain,
    ping,
    onRefused: (call) => refused.push(call),
    now,
    log: quiet,
    ...(connectionAge !== undefined && { connectionAge }),
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  resources.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  const running = resources.move();
  return {
    authority,
    directory,
    url,
    server,
    refused,
    log,
    clock,
    credentials,
    connect(name) {
      const own = running.use(open(name));
      const refusedMethods: string[] = [];
      const client = running.use(
        connectPasskeyManager({
          url,
          credentials: own,
          trustDomain,
          now,
          log: quiet,
          onRefused: (method) => refusedMethods.push(method),
        }),
      );
      return {
        manager: client.manager,
        get handshakes() {
          return client.handshakes;
        },
        credentials: own,
        refusedMethods,
        [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
      };
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** The manager of `openManager`, asked by every identity over the wire. */
export async function openRemoteManager(
  url?: string,
  models?: ModelCatalogue,
): Promise<OpenedManager & { wire: Wire }> {
  const opened = await openManager(url, models);
  const wire = await openWire(opened.manager);
  return {
    ...opened,
    wire,
    manager: { as: (identity) => wire.connect(identity).manager },
    provider: wire.connect('provider').manager,
    enrolment: wire.connect('enrolment').manager,
    administration: wire.connect('administration').manager,
    async [Symbol.asyncDispose]() {
      await wire[Symbol.asyncDispose]();
      await opened[Symbol.asyncDispose]();
    },
  };
}
