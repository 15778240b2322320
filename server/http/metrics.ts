import { createServer } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type RunningServer, serve } from './server.ts';

interface ObservedRequest {
  method: string;
  path: string;
  status: number;
  seconds: number;
}

/** What Prometheus may see: numbers by class, never ids, so that label values stay few. */
export interface Metrics {
  readonly registry: Registry;
  observeRequest(request: ObservedRequest): void;
  /** @param result `succeeded`, or the error code */
  countSignIn(result: string): void;
  /** An audit event that could not be stored. */
  countLostAuditEvents(count: number): void;
  /** A call between services that was not answered. */
  countRefusedCall(reason: string): void;
  /** Days until the certificate of a service identity expires. @param notAfter milliseconds since the epoch */
  watchCertificate(name: string, notAfter: () => number): void;
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
  return {
    registry,
    ...serviceMetrics(registers),
    observeRequest: ({ method, path, status, seconds }) =>
      requests.observe(
        { method: methodClass(method), route: routeClass(path), status: statusClass(status) },
        seconds,
      ),
    countSignIn: (result) => signIns.inc({ result }),
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

const routes = new Set(
  'account admin assets auth device health interaction invitation jwks me recovery request session setup token'.split(
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
