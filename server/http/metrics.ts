import { createServer } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type RunningServer, serve } from './server.ts';

interface ObservedRequest {
  method: string;
  path: string;
  status: number;
  seconds: number;
}

/** What is known of the FIDO metadata, with the same names. */
interface ObservedMetadata {
  no: number;
  models: number;
  isCurrent: boolean;
  ageDays: number;
  overdueDays: number;
  failures: number;
}

/** What Prometheus may see: numbers by class, never ids, so that label values stay few. */
export interface Metrics {
  readonly registry: Registry;
  observeRequest(request: ObservedRequest): void;
  /** @param result `succeeded`, or the error code */
  countSignIn(result: string): void;
  /** What came of telling an app that a session is over: `delivered`, `failed` (tried again), `given_up`. */
  countLogoutNotice(result: string): void;
  /** An audit event that could not be stored. */
  countLostAuditEvents(count: number): void;
  /** A call between services that was not answered. */
  countRefusedCall(reason: string): void;
  /** Days until the certificate of a service identity expires. @param notAfter milliseconds since the epoch */
  watchCertificate(name: string, notAfter: () => number): void;
  /** The installation secret before, while it is needed, and how much was brought under the current one. */
  watchSecret(previous: () => { rekeyed: number } | undefined): void;
  /** How far this clock is ahead of the storage's, in milliseconds. */
  watchClock(ahead: () => number | undefined): void;
  /** The FIDO metadata, where the passkey manager is in this process. */
  watchMetadata(standing: () => ObservedMetadata): void;
  /** Whether the passkey manager answers this caller. */
  setLink(caller: string, isUp: boolean): void;
}

/** @param collectRuntime memory, garbage collection and event loop lag, too; costs a timer */
export function createMetrics({ collectRuntime }: { collectRuntime: boolean }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (collectRuntime) collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'latchkey_http_request_duration_seconds',
    help: 'Time until the answer was sent, by class of route.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  const signIns = new Counter({
    name: 'latchkey_sign_ins_total',
    help: 'Sign-ins by result.',
    labelNames: ['result'],
    registers,
  });
  const lost = new Counter({
    name: 'latchkey_audit_events_lost_total',
    help: 'Audit events that could not be stored.',
    registers,
  });
  const logoutNotices = new Counter({
    name: 'latchkey_logout_notices_total',
    help: 'Attempts to tell an app that a session is over, by result.',
    labelNames: ['result'],
    registers,
  });
  return {
    registry,
    ...serviceMetrics(registers),
    watchSecret: (previous) => watchSecret(registers, previous),
    watchClock: (ahead) => watchClock(registers, ahead),
    watchMetadata: (standing) => watchMetadata(registers, standing),
    observeRequest: ({ method, path, status, seconds }) =>
      requests.observe(
        { method: methodClass(method), route: routeClass(path), status: statusClass(status) },
        seconds,
      ),
    countSignIn: (result) => signIns.inc({ result }),
    countLogoutNotice: (result) => logoutNotices.inc({ result }),
    countLostAuditEvents: (count) => lost.inc(count),
  };
}

const day = 24 * 60 * 60 * 1000;

/** What happens between services. */
function serviceMetrics(registers: Registry[]) {
  const refused = new Counter({
    name: 'latchkey_refused_calls_total',
    help: 'Calls between services that were refused, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const certificates = new Map<string, () => number>();
  new Gauge({
    name: 'latchkey_certificate_days',
    help: 'Days until the certificate of a service identity expires.',
    labelNames: ['name'],
    registers,
    collect() {
      for (const [name, notAfter] of certificates) this.set({ name }, (notAfter() - Date.now()) / day);
    },
  });
  const link = new Gauge({
    name: 'latchkey_passkey_manager_up',
    help: 'Whether the passkey manager answers, by caller.',
    labelNames: ['caller'],
    registers,
  });
  return {
    countRefusedCall: (reason: string) => refused.inc({ reason }),
    watchCertificate: (name: string, notAfter: () => number) => void certificates.set(name, notAfter),
    setLink: (caller: string, isUp: boolean) => link.set({ caller }, Number(isUp)),
  };
}

function watchClock(registers: Registry[], ahead: () => number | undefined): void {
  new Gauge({
    name: 'latchkey_clock_ahead_seconds',
    help: 'How far the clock of this machine is ahead of the one of the storage.',
    registers,
    collect() {
      this.set((ahead() ?? 0) / 1000);
    },
  });
}

function watchSecret(registers: Registry[], previous: () => { rekeyed: number } | undefined): void {
  new Gauge({
    name: 'latchkey_previous_secret',
    help: 'Whether the installation secret before is needed still.',
    registers,
    collect() {
      this.set(Number(previous() !== undefined));
    },
  });
  new Gauge({
    name: 'latchkey_resealed_records',
    help: 'Records that were brought under the current installation secret since it is in use.',
    registers,
    collect() {
      this.set(previous()?.rekeyed ?? 0);
    },
  });
}

function watchMetadata(registers: Registry[], standing: () => ObservedMetadata): void {
  const gauge = (name: string, help: string, read: (observed: ObservedMetadata) => number) =>
    new Gauge({
      name: `latchkey_fido_metadata_${name}`,
      help,
      registers,
      collect() {
        this.set(read(standing()));
      },
    });
  gauge('number', 'Number of the FIDO metadata in force; 0 where there is none.', ({ no }) => no);
  gauge('models', 'Models of authenticators that are known.', ({ models }) => models);
  gauge('current', 'Whether it is young enough to vouch for something new.', (each) =>
    Number(each.isCurrent),
  );
  gauge('age_days', 'Days since it was taken.', ({ ageDays }) => ageDays);
  gauge('overdue_days', 'Days past its next update; negative before.', (each) => each.overdueDays);
  gauge('failures', 'Attempts to refresh it that failed, in a row.', ({ failures }) => failures);
}

const routes = new Set(
  'account admin assets auth device health interaction invitation jwks me models recovery request session setup token'.split(
    ' ',
  ),
);

function routeClass(path: string): string {
  const first = path.slice(1).split('/', 1)[0] ?? '';
  if (first === '') return '/';
  if (first === '.well-known') return 'discovery';
  return routes.has(first) ? first : 'other';
}

const methodClass = (method: string) => (/^(GET|HEAD|POST|OPTIONS)$/.test(method) ? method : 'other');
const statusClass = (status: number) => `${Math.floor(status / 100)}xx`;

/** Serves /metrics on a port of its own, so that a gateway never shows it by mistake. */
export function serveMetrics(
  registry: Registry,
  { host, port }: { host: string; port: number },
): Promise<RunningServer> {
  const server = createServer(async (request, response) => {
    if (request.url !== '/metrics') return void response.writeHead(404).end();
    response.setHeader('Content-Type', registry.contentType);
    response.end(await registry.metrics());
  });
  return serve(server, { host, port, setting: 'LATCHKEY_METRICS_PORT' });
}
